using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Memory;

/// <summary>Gives memory back to the system within about a second after calls that used much of it. Doing it after each call would make
/// every call ask for its memory again, page by page.</summary>
internal sealed class MemoryTrim(ArtifactLoader loader, TimeProvider time, ILogger<MemoryTrim> logger) : BackgroundService
{
    /// <summary>How often the loop looks.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // What calls of less than this use is reused by the next ones.
    private const long Much = 8 * 1024 * 1024;
    private const int PeriodsOfLittle = 60;

    private long used;

    /// <summary>Notes that a call used memory for its inputs, outputs and answer.</summary>
    internal void Used(long bytes) => Interlocked.Add(ref used, bytes);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        var periods = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                periods++;
                if (Volatile.Read(ref used) < (periods < PeriodsOfLittle ? Much : 1))
                    continue;
                periods = 0;
                Interlocked.Exchange(ref used, 0);
                Trim();
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private void Trim()
    {
        try
        {
            loader.Model?.Shrink();
            SystemAllocator.Trim();
        }
        catch (Exception e)
        {
            MemoryLog.TrimFailed(logger, e);
        }
    }
}

internal static partial class MemoryLog
{
    [LoggerMessage(45, LogLevel.Error, "Memory could not be given back to the system; it is tried again")]
    internal static partial void TrimFailed(ILogger logger, Exception exception);
}
