using System.Diagnostics;
using System.Globalization;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Sends signals to processes.</summary>
internal static class Signals
{
    internal static async Task SendAsync(Process process, string name)
    {
        using var kill = Process.Start("kill", ["-s", name, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
