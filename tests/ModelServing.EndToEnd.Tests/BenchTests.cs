using System.Diagnostics;
using System.Text.Json;

namespace ModelServing.EndToEnd.Tests;

public class BenchTests
{
    [Fact]
    public async Task The_router_is_measured_against_nginx_in_one_run()
    {
        Assert.SkipUnless(IsInstalled("nginx") && IsInstalled("wrk"), "nginx and wrk are not installed: sudo apt-get install -y --no-install-recommends nginx-core wrk");
        using var bench = Process.Start(new ProcessStartInfo("dotnet", [MsProcess.Program("Bench", "ModelServing.Bench"), "router", "--short", "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = bench.StandardError.ReadToEndAsync();
        var output = await bench.StandardOutput.ReadToEndAsync().WaitAsync(MsProcess.Patience);
        await bench.WaitForExitAsync();
        Assert.True(bench.ExitCode == 0, output + await errors);
        using var report = JsonDocument.Parse(output);
        Assert.True(report.RootElement.GetProperty("ratio").GetProperty("median").GetDouble() > 0, output);
    }

    private static bool IsInstalled(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
