using System.Diagnostics;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Waits for a condition.</summary>
internal static class Until
{
    internal static async Task TrueAsync(Func<bool> condition, Func<string> otherwise)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > MsProcess.Timeout)
                Assert.Fail(otherwise());
            await Task.Delay(10);
        }
    }
}
