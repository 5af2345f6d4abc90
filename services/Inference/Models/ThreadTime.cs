using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ModelServing.Inference.Models;

/// <summary>The processor time of threads. Unlike the time on a clock, it does not grow while other work has the processor.</summary>
internal partial class ThreadTime
{
    // CLOCK_THREAD_CPUTIME_ID of Linux.
    private const int OfThread = 3;

    // CPUCLOCK_PERTHREAD_MASK and CPUCLOCK_SCHED of Linux: a thread's clock is its inverted identifier, shifted, with these bits.
    private const int IdentifierShift = 3;
    private const int OfAnyThread = 6;

    // Far below any limit of slow answers.
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(1);

    [ThreadStatic]
    private static int clock;
    [ThreadStatic]
    private static TimeSpan? lastUsed;
    [ThreadStatic]
    private static long lastRead;

    /// <summary>The time that the current thread has used; null where the system does not say.</summary>
    internal virtual TimeSpan? Current => OperatingSystem.IsLinux() ? Read(OfThread) : null;

    /// <summary>The time that the current thread has used, or up to a millisecond more; null where the system does not say. It is read once
    /// in a millisecond, because a reading costs as much as a small model's row. Since then, the thread counts as having had the processor
    /// all along.</summary>
    internal virtual TimeSpan? AtMost
    {
        get
        {
            var now = Stopwatch.GetTimestamp();
            if (lastRead != 0 && Stopwatch.GetElapsedTime(lastRead, now) is var since && since < Short)
                return lastUsed + since;
            lastRead = now;
            return lastUsed = Current;
        }
    }

    /// <summary>Identifies the clock of the current thread, so that another thread can read it with <see cref="On"/>. It is 0 on a system
    /// that has no such clock.</summary>
    internal virtual int Clock =>
        clock != 0 ? clock : clock = OperatingSystem.IsLinux() ? (~GetThread() << IdentifierShift) | OfAnyThread : 0;

    /// <summary>The time that another thread of this process, which has not ended, has used; null where the system does not say.</summary>
    /// <param name="threadClock">The thread's <see cref="Clock"/>.</param>
    internal virtual TimeSpan? On(int threadClock) => threadClock == 0 ? null : Read(threadClock);

    /// <summary>The time that the current thread has used since an earlier reading; null where the system does not say. In less than a
    /// millisecond on the clock, it counts as having had the processor all along.</summary>
    /// <param name="before">The earlier reading, of <see cref="AtMost"/>.</param>
    /// <param name="elapsed">The time on the clock since then.</param>
    internal TimeSpan? Since(TimeSpan? before, TimeSpan elapsed) =>
        before is null ? null : elapsed < Short ? elapsed : Between(before, Current);

    /// <summary>The time between a reading of <see cref="AtMost"/> and a later one; null if one of them is.</summary>
    internal static TimeSpan? Between(TimeSpan? before, TimeSpan? after) => after < before ? TimeSpan.Zero : after - before;

    private static TimeSpan? Read(int clock) => GetTime(clock, out var used) == 0
        ? TimeSpan.FromSeconds(used.Seconds) + TimeSpan.FromTicks(used.Nanoseconds / TimeSpan.NanosecondsPerTick)
        : null;

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThread();

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    private readonly record struct Time(nint Seconds, nint Nanoseconds);
}
