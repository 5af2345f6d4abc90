using System.Runtime.InteropServices;

namespace ModelServing.Runtime.FirstRuns;

/// <summary>The limits that the system enforces on this process. They can't be raised again. Windows has none of them.</summary>
internal static partial class ProcessLimits
{
    // resource.h of Linux, and of macOS where the numbers are the same.
    private const int Processor = 0;
    private const int FileSize = 1;
    private const int Data = 2;
    private const int Core = 4;

    /// <param name="memory">The bytes that the process may write.</param>
    /// <param name="seconds">The processor time that it may use.</param>
    internal static void Set(long memory, long seconds)
    {
        if (OperatingSystem.IsWindows())
            return;
        OfferToKernel();
        Apply(Core, 0);
        Apply(FileSize, 0);
        // The system sends SIGXCPU at the first limit and SIGKILL at the second, which would look like a lack of memory.
        Apply(Processor, seconds, seconds + 5);
        Apply(Data, memory);
    }

    private static void Apply(int resource, long now, long? most = null)
    {
        var limit = new Limit((ulong)now, (ulong)(most ?? now));
        // A limit from outside that is lower stays.
        _ = SetLimit(resource, in limit);
    }

    // If the container runs out of memory, the kernel ends this process and not the one that started it.
    private static void OfferToKernel()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the kernel chooses by size, which most often is the same.
        }
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limit(ulong now, ulong most)
    {
        private readonly ulong now = now;
        private readonly ulong most = most;
    }
}
