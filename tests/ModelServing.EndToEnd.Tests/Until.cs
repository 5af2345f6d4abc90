using System.Diagnostics;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Waits for a condition.</summary>
internal static class Until
{
    internal static Task TrueAsync(Func<bool> condition, Func<string> otherwise) =>
        TrueAsync(() => Task.FromResult(condition()), otherwise);

    /// <param name="condition">The condition.</param>
    /// <param name="otherwise">What the failure says.</param>
    /// <param name="pause">The time between two looks; longer than the usual one if each look starts a process.</param>
    internal static async Task TrueAsync(Func<Task<bool>> condition, Func<string> otherwise, int pause = 10)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > MsProcess.Timeout)
                Assert.Fail(otherwise());
            await Task.Delay(pause);
        }
    }
}
