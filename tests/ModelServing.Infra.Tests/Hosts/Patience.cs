using System.Diagnostics;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>Waits for what becomes true by itself: as long as a busy machine may take, no measure of anything.</summary>
internal static class Patience
{
    /// <summary>How long anything may take before it counts as hung.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    internal static async Task UntilAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Limit)
                Assert.Fail(otherwise());
            await Task.Delay(20);
        }
    }
}
