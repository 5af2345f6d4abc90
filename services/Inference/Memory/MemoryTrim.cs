using ModelServing.Hosting;
using ModelServing.Inference.Models;
using ModelServing.Runtime;

namespace ModelServing.Inference.Memory;

/// <summary>Gives memory back to the system within about a second after calls that used much of it, and after a pool has closed models.
/// Doing it after each call would make every call ask for its memory again, page by page.</summary>
internal sealed class MemoryTrim(ServedVersions versions, ModelRoom room, TimeProvider time) : LoopingService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // What calls of less than this use is reused by the next ones.
    private const long Much = 8 * 1024 * 1024;
    private const int PeriodsOfLittle = 60;

    private int periods;
    private long used;

    protected override Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(loops);
        return loops.RunAsync("memory", TrimAsync, stopping);
    }

    private async Task TrimAsync(CancellationToken cancellation)
    {
        await Task.Delay(Period, time, cancellation);
        if (room.TakeClosed())
            SystemAllocator.Trim();
        periods++;
        foreach (var version in versions.All)
            used += version.Model.Current?.TakeUsed() ?? 0;
        if (used < (periods < PeriodsOfLittle ? Much : 1))
            return;
        periods = 0;
        used = 0;
        // The models of a pool share their memory.
        HashSet<RuntimeArena> shrunk = [];
        foreach (var version in versions.All)
        {
            if (version.Model.Current is { } model && shrunk.Add(model.Arena))
                Shrink(model);
        }

        SystemAllocator.Trim();
    }

    private static void Shrink(LoadedModel model)
    {
        if (!model.TryUse())
            return;
        try
        {
            model.Shrink();
        }
        finally
        {
            model.Release();
        }
    }
}
