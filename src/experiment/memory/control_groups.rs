//! Memory left to the control groups of this process, on Linux.
//!
//! A job of SLURM or a container has a group below others, and each of them may have a limit. `/proc/self/cgroup` names
//! the group, `/proc/self/mountinfo` the folder in which its hierarchy is mounted. Version 1 and version 2 differ in the
//! names of the files. Page cache is part of a group's usage, but the kernel takes it back before it ends a process:
//! its inactive part counts as free here. sysinfo's own figure does not have that, nor `memory.high`.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// The memory files of one version of control groups.
struct Version {
    /// file system type in `mountinfo`
    file_system: &'static str,
    /// limits, in bytes; version 2 writes `max` for none
    limits: &'static [&'static str],
    usage: &'static str,
    /// line of `memory.stat` with the inactive page cache of the group and all below it
    inactive_cache: &'static str,
    /// line of `memory.stat` with the least limit of the group and all above it, even those outside a container
    inherited: Option<&'static str>,
}

const VERSION_1: Version = Version {
    file_system: "cgroup",
    limits: &["memory.limit_in_bytes"],
    usage: "memory.usage_in_bytes",
    inactive_cache: "total_inactive_file",
    inherited: Some("hierarchical_memory_limit"),
};

const VERSION_2: Version = Version {
    file_system: "cgroup2",
    limits: &["memory.max", "memory.high"],
    usage: "memory.current",
    inactive_cache: "inactive_file",
    inherited: None,
};

/// The group with the least memory left, and the bytes left to it. `None` without a limit. `root` is `/` but in tests.
pub(super) fn least_left(root: &Path) -> Option<(PathBuf, u64)> {
    let read = |file: &str| fs::read_to_string(root.join("proc/self").join(file)).unwrap_or_default();
    let (groups, mounts) = (read("cgroup"), read("mountinfo"));
    let left = [VERSION_1, VERSION_2].into_iter().flat_map(|version| {
        let Some(group) = version.group(&groups) else { return Vec::new() };
        let folders = version.folders(&group, &mounts).into_iter();
        folders.filter_map(|folder| Some((folder.clone(), version.left(root, &folder)?))).collect()
    });
    left.min_by_key(|(_, bytes)| *bytes)
}

impl Version {
    /// This process's group, from `/proc/self/cgroup`: a line `hierarchy:controllers:path` each.
    fn group(&self, groups: &str) -> Option<PathBuf> {
        groups.lines().find_map(|line| {
            let mut fields = line.splitn(3, ':');
            let (hierarchy, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
            let is_ours = match self.file_system {
                "cgroup2" => hierarchy == "0" && controllers.is_empty(),
                _ => controllers.split(',').any(|controller| controller == "memory"),
            };
            is_ours.then(|| PathBuf::from(path))
        })
    }

    /// The folders of a group and of all above it, as far as they are mounted. Where the group itself is not, the
    /// topmost folder of the mount: a container has no other.
    fn folders(&self, group: &Path, mounts: &str) -> Vec<PathBuf> {
        let mounts: Vec<(PathBuf, PathBuf)> = mounts.lines().filter_map(|line| self.mount(line)).collect();
        let within = mounts.iter().filter_map(|(top, mounted_at)| {
            let below = group.strip_prefix(top).ok()?;
            let is_plain = below.components().all(|part| matches!(part, Component::Normal(_)));
            is_plain.then_some((below, mounted_at))
        });
        let folders =
            within.flat_map(|(below, mounted_at)| below.ancestors().map(|part| mounted_at.join(part)));
        let mut folders: Vec<PathBuf> = folders.collect();
        if folders.is_empty() {
            folders.extend(mounts.into_iter().next().map(|(_, mounted_at)| mounted_at));
        }
        folders
    }

    /// The topmost group of a mount and its folder, from a line of `mountinfo`:
    /// `36 35 98:0 /group /folder rw,noatime shared:1 - cgroup cgroup rw,memory`.
    fn mount(&self, line: &str) -> Option<(PathBuf, PathBuf)> {
        let (place, kind) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let (top, folder) = (place.next()?, place.next()?);
        let mut kind = kind.split(' ');
        let (file_system, options) = (kind.next()?, kind.nth(1).unwrap_or_default());
        let has_memory = self.file_system == "cgroup2" || options.split(',').any(|option| option == "memory");
        (file_system == self.file_system && has_memory).then(|| (unescaped(top), unescaped(folder)))
    }

    /// Bytes left to a group. `None` where it has no limit, or none that can be read.
    fn left(&self, root: &Path, folder: &Path) -> Option<u64> {
        let folder = root.join(folder.strip_prefix("/").unwrap_or(folder));
        let read = |file: &str| fs::read_to_string(folder.join(file)).ok();
        // Version 1 may leave a group's children out of its account, and so out of its limit.
        if read("memory.use_hierarchy").is_some_and(|text| text.trim() == "0") && !holds_this_process(&folder)
        {
            return None;
        }
        let statistics = read("memory.stat").unwrap_or_default();
        let statistic = |name: &str| {
            let value = |line: &str| line.strip_prefix(name)?.trim().parse::<u64>().ok();
            statistics.lines().find_map(value)
        };
        let limits = self.limits.iter().filter_map(|file| read(file)?.trim().parse::<u64>().ok());
        let limit = limits.chain(self.inherited.and_then(statistic)).min()?;
        let usage = read(self.usage)?.trim().parse::<u64>().ok()?;
        let in_use = usage.saturating_sub(statistic(self.inactive_cache).unwrap_or(0));
        Some(limit.saturating_sub(in_use))
    }
}

/// Whether this process is listed in a group itself, not in one below it.
fn holds_this_process(folder: &Path) -> bool {
    let processes = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    processes.lines().any(|id| id == std::process::id().to_string())
}

/// A path of `mountinfo`: space, tab, newline and backslash stand there as three octal digits.
fn unescaped(path: &str) -> PathBuf {
    let path = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(path.to_owned(), |path, (code, character)| path.replace(code, character));
    PathBuf::from(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// A layout seen in the field: `/proc/self/cgroup`, lines of `mountinfo`, files of control groups, and what is left.
    struct Layout {
        name: &'static str,
        groups: &'static str,
        mounts: &'static str,
        files: &'static [(&'static str, &'static str)],
        left: Option<(&'static str, u64)>,
    }

    const MOUNT_2: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
    const MOUNT_1: &str = "29 22 0:25 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n\
                           33 22 0:29 / /sys/fs/cgroup/memory rw,relatime shared:15 - cgroup cgroup rw,memory\n";

    const LAYOUTS: [Layout; 13] = [
        Layout {
            name: "systemd, version 2, no limit",
            groups: "0::/user.slice/user-1000.slice/session-2.scope\n",
            mounts: MOUNT_2,
            files: &[
                ("sys/fs/cgroup/user.slice/memory.max", "max\n"),
                ("sys/fs/cgroup/user.slice/memory.current", "1000000\n"),
            ],
            left: None,
        },
        Layout {
            name: "systemd, version 2, MemoryMax of the user's slice",
            groups: "0::/user.slice/user-1000.slice/session-2.scope\n",
            mounts: MOUNT_2,
            files: &[
                ("sys/fs/cgroup/user.slice/user-1000.slice/memory.max", "104857600\n"),
                ("sys/fs/cgroup/user.slice/user-1000.slice/memory.current", "31457280\n"),
                ("sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope/memory.max", "max\n"),
            ],
            left: Some(("/sys/fs/cgroup/user.slice/user-1000.slice", 70 * MIB)),
        },
        Layout {
            name: "systemd, version 2, MemoryHigh below MemoryMax, cache counted as free",
            groups: "0::/run.scope\n",
            mounts: MOUNT_2,
            files: &[
                ("sys/fs/cgroup/run.scope/memory.max", "104857600\n"),
                ("sys/fs/cgroup/run.scope/memory.high", "83886080\n"),
                ("sys/fs/cgroup/run.scope/memory.current", "73400320\n"),
                ("sys/fs/cgroup/run.scope/memory.stat", "anon 10\nfile 62914560\ninactive_file 62914560\n"),
            ],
            left: Some(("/sys/fs/cgroup/run.scope", 70 * MIB)),
        },
        Layout {
            name: "SLURM, version 2: --mem on the job, nothing on the step",
            groups: "0::/system.slice/slurmstepd.scope/job_5/step_0/user/task_0\n",
            mounts: MOUNT_2,
            files: &[
                ("sys/fs/cgroup/system.slice/slurmstepd.scope/job_5/memory.max", "2147483648\n"),
                ("sys/fs/cgroup/system.slice/slurmstepd.scope/job_5/memory.current", "1073741824\n"),
                ("sys/fs/cgroup/system.slice/slurmstepd.scope/job_5/step_0/memory.max", "2147483648\n"),
                ("sys/fs/cgroup/system.slice/slurmstepd.scope/job_5/step_0/memory.current", "1048576\n"),
                ("sys/fs/cgroup/system.slice/slurmstepd.scope/job_5/step_0/user/task_0/memory.max", "max\n"),
            ],
            left: Some(("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_5", 1024 * MIB)),
        },
        Layout {
            name: "SLURM, version 1",
            groups: "9:cpuset:/slurm/uid_1/job_5/step_0\n4:memory:/slurm/uid_1/job_5/step_0\n1:name=systemd:/x\n",
            mounts: MOUNT_1,
            files: &[
                ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
                ("sys/fs/cgroup/memory/memory.usage_in_bytes", "9000000000\n"),
                ("sys/fs/cgroup/memory/slurm/uid_1/job_5/memory.limit_in_bytes", "1073741824\n"),
                ("sys/fs/cgroup/memory/slurm/uid_1/job_5/memory.usage_in_bytes", "536870912\n"),
                ("sys/fs/cgroup/memory/slurm/uid_1/job_5/memory.stat", "total_inactive_file 268435456\n"),
                (
                    "sys/fs/cgroup/memory/slurm/uid_1/job_5/step_0/memory.limit_in_bytes",
                    "9223372036854771712\n",
                ),
                ("sys/fs/cgroup/memory/slurm/uid_1/job_5/step_0/memory.usage_in_bytes", "0\n"),
            ],
            left: Some(("/sys/fs/cgroup/memory/slurm/uid_1/job_5", 768 * MIB)),
        },
        Layout {
            name: "version 1, a parent that does not count its children",
            groups: "4:memory:/job/step\n",
            mounts: MOUNT_1,
            files: &[
                ("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1048576\n"),
                ("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "0\n"),
                ("sys/fs/cgroup/memory/job/memory.use_hierarchy", "0\n"),
                ("sys/fs/cgroup/memory/job/step/memory.limit_in_bytes", "4194304\n"),
                ("sys/fs/cgroup/memory/job/step/memory.usage_in_bytes", "1048576\n"),
            ],
            left: Some(("/sys/fs/cgroup/memory/job/step", 3 * MIB)),
        },
        Layout {
            name: "Docker, version 2, in a namespace of its own",
            groups: "0::/\n",
            mounts: "1130 1122 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n",
            files: &[
                ("sys/fs/cgroup/memory.max", "536870912\n"),
                ("sys/fs/cgroup/memory.current", "134217728\n"),
            ],
            left: Some(("/sys/fs/cgroup/", 384 * MIB)),
        },
        Layout {
            name: "Docker, version 1: the container's group is the top of the mount",
            groups: "4:memory:/docker/8f3a\n",
            mounts: "700 690 0:29 /docker/8f3a /sys/fs/cgroup/memory ro master:15 - cgroup cgroup rw,memory\n",
            files: &[
                ("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n"),
                ("sys/fs/cgroup/memory/memory.usage_in_bytes", "536870912\n"),
            ],
            left: Some(("/sys/fs/cgroup/memory/", 0)),
        },
        Layout {
            name: "version 1, a limit above the container",
            groups: "4:memory:/docker/8f3a\n",
            mounts: "700 690 0:29 /docker/8f3a /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
            files: &[
                ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
                ("sys/fs/cgroup/memory/memory.usage_in_bytes", "1048576\n"),
                ("sys/fs/cgroup/memory/memory.stat", "hierarchical_memory_limit 3145728\n"),
            ],
            left: Some(("/sys/fs/cgroup/memory/", 2 * MIB)),
        },
        Layout {
            name: "a group outside the namespace: the top of the mount",
            groups: "0::/../../other\n",
            mounts: MOUNT_2,
            files: &[
                ("sys/fs/cgroup/memory.max", "2097152\n"),
                ("sys/fs/cgroup/memory.current", "1048576\n"),
            ],
            left: Some(("/sys/fs/cgroup", MIB)),
        },
        Layout {
            name: "hybrid: memory is in version 1, version 2 has no controllers",
            groups: "4:memory:/user.slice\n0::/user.slice/session-1.scope\n",
            mounts: "33 22 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
                     34 22 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
            files: &[
                ("sys/fs/cgroup/memory/user.slice/memory.limit_in_bytes", "2097152\n"),
                ("sys/fs/cgroup/memory/user.slice/memory.usage_in_bytes", "1048576\n"),
                ("sys/fs/cgroup/unified/user.slice/cgroup.procs", "1\n"),
            ],
            left: Some(("/sys/fs/cgroup/memory/user.slice", MIB)),
        },
        Layout {
            name: "a mount point with a space",
            groups: "0::/job\n",
            mounts: "30 23 0:26 / /mnt/control\\040groups rw - cgroup2 none rw\n",
            files: &[
                ("mnt/control groups/job/memory.max", "2097152\n"),
                ("mnt/control groups/job/memory.current", "4194304\n"),
            ],
            left: Some(("/mnt/control groups/job", 0)),
        },
        Layout { name: "nothing mounted", groups: "0::/job\n", mounts: "", files: &[], left: None },
    ];

    #[test]
    fn every_layout_has_its_tightest_group() {
        for Layout { name, groups, mounts, files, left } in LAYOUTS {
            let root = tempfile::tempdir().unwrap();
            for (file, text) in
                [("proc/self/cgroup", groups), ("proc/self/mountinfo", mounts)].iter().chain(files)
            {
                let path = root.path().join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            let expected = left.map(|(folder, bytes)| (PathBuf::from(folder), bytes));
            assert_eq!(least_left(root.path()), expected, "{name}");
        }
        assert_eq!(least_left(Path::new("/no/such/root")), None);
    }
}
