using System.Diagnostics;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>Waits for a condition, as long as a busy machine may need. It measures nothing.</summary>
internal static class Wait
{
    /// <summary>After this time, a condition counts as hung.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    internal static async Task UntilAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
                Assert.Fail(otherwise());
            await Task.Delay(20);
        }
    }
}
