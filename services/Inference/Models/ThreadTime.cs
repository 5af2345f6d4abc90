using System.Runtime.InteropServices;

namespace ModelServing.Inference.Models;

/// <summary>The processor time of threads. Unlike the time on a clock, it does not grow while other work has the processor.</summary>
internal static partial class ThreadTime
{
    // CLOCK_THREAD_CPUTIME_ID of Linux.
    private const int OfThread = 3;

    /// <summary>The time that the current thread has used; null where the system does not say.</summary>
    internal static TimeSpan? Current => OperatingSystem.IsLinux() && GetTime(OfThread, out var used) == 0
        ? TimeSpan.FromSeconds(used.Seconds) + TimeSpan.FromTicks(used.Nanoseconds / TimeSpan.NanosecondsPerTick)
        : null;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    private readonly record struct Time(nint Seconds, nint Nanoseconds);
}
