using System.Globalization;

namespace ModelServing.Bench.Soak;

/// <summary>A memory cgroup of version 1 or 2, which kills a process that needs more, as Kubernetes does.</summary>
internal sealed class MemoryCgroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup";

    private readonly string folder;
    private readonly bool isFirstVersion;

    private MemoryCgroup(string folder, bool isFirstVersion)
    {
        this.folder = folder;
        this.isFirstVersion = isFirstVersion;
    }

    /// <summary>The file to which a process writes its identifier to enter.</summary>
    internal string Entry => Path.Combine(folder, "cgroup.procs");

    /// <summary>Moves a running process into it.</summary>
    internal void Enter(int process) => File.WriteAllText(Entry, process.ToString(CultureInfo.InvariantCulture));

    /// <summary>The bytes that it uses now, cached files included.</summary>
    internal long Current => Read(isFirstVersion ? "memory.usage_in_bytes" : "memory.current");

    /// <summary>How many processes it has killed.</summary>
    internal long Kills => File.ReadLines(Path.Combine(folder, isFirstVersion ? "memory.oom_control" : "memory.events"))
        .Select(static line => line.Split(' '))
        .Where(static words => words[0] == "oom_kill")
        .Select(static words => long.Parse(words[1], CultureInfo.InvariantCulture))
        .FirstOrDefault();

    /// <summary>Creates a cgroup; null if this process may not, and why.</summary>
    internal static MemoryCgroup? TryCreate(string name, long bytes, out string why)
    {
        why = "";
        try
        {
            var own = File.ReadAllLines("/proc/self/cgroup").Select(static line => line.Split(':', 3)).ToArray();
            var first = own.FirstOrDefault(static entry => entry[1].Split(',').Contains("memory"));
            var parent = first is null ? ParentOfSecond(own.First(static entry => entry[0] == "0")[2])
                : Existing($"{Root}/memory{first[2]}", $"{Root}/memory");
            var folder = Path.Combine(parent, $"modelserving-{Environment.ProcessId}-{name}");
            Directory.CreateDirectory(folder);
            var cgroup = new MemoryCgroup(folder, first is not null);
            cgroup.Limit(bytes);
            return cgroup;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            why = e.Message;
            return null;
        }
    }

    public void Dispose()
    {
        try
        {
            // The files in it are not real ones.
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // A process has not ended yet.
        }
    }

    private static string ParentOfSecond(string own)
    {
        // A cgroup with processes may not have children with a memory controller, so the new one is beside this process's own.
        var parent = Existing(Path.GetDirectoryName(Root + own.TrimEnd('/')) ?? Root, Root);
        File.WriteAllText(Path.Combine(parent, "cgroup.subtree_control"), "+memory");
        return parent;
    }

    private static string Existing(string folder, string otherwise) => Directory.Exists(folder) ? folder : otherwise;

    private void Limit(long bytes)
    {
        var text = bytes.ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(Path.Combine(folder, isFirstVersion ? "memory.limit_in_bytes" : "memory.max"), text);
        // Pods have no swap.
        var swap = Path.Combine(folder, isFirstVersion ? "memory.memsw.limit_in_bytes" : "memory.swap.max");
        if (File.Exists(swap))
            File.WriteAllText(swap, isFirstVersion ? text : "0");
    }

    private long Read(string file) => long.Parse(File.ReadAllText(Path.Combine(folder, file)), CultureInfo.InvariantCulture);
}
