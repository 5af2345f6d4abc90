using System.Globalization;

namespace ModelServing.Hosting.Memory;

/// <summary>How much memory this process may use for its requests.</summary>
public static class ProcessMemory
{
    /// <summary>The room of a process that no container limits, in bytes: about that of a pod of the default size, so that both refuse the
    /// same requests.</summary>
    internal const long Unlimited = 1024L * 1024 * 1024;

    // A container that is smaller than its program still answers small requests.
    private const long Least = 32L * 1024 * 1024;

    // The runtime lets its heap have three quarters of a container.
    private const double HeapShare = 0.75;

    /// <summary>The memory limit of the container, in bytes (a cgroup's, of either version); null without a limit. A limit that is set for
    /// the runtime's heap counts too.</summary>
    public static long? Limit { get; } = Find();

    /// <summary>What is left for requests, in bytes.</summary>
    /// <param name="used">The bytes that the process uses without requests.</param>
    public static long RoomBeside(long used) => RoomBeside(used, Limit);

    internal static long RoomBeside(long used, long? limit) => limit is { } most ? Math.Max(Least, most - used) : Unlimited;

    private static long? Find() =>
        GC.GetConfigurationVariables().TryGetValue("GCHeapHardLimit", out var value)
            && Convert.ToInt64(value, CultureInfo.InvariantCulture) is > 0 and var heap
            ? (long)(heap / HeapShare)
            : null;
}
