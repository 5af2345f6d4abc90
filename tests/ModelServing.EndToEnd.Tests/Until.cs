using System.Diagnostics;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Waits for a condition.</summary>
internal static class Until
{
    internal static Task TrueAsync(Func<bool> condition, Func<string> otherwise) =>
        TrueAsync(() => Task.FromResult(condition()), otherwise);

    internal static async Task TrueAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > MsProcess.Timeout)
                Assert.Fail(otherwise());
            await Task.Delay(10);
        }
    }
}
