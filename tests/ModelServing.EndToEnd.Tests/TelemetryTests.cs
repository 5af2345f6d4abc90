using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

public class TelemetryTests
{
    [Fact]
    public async Task The_runtime_keeps_no_events_about_the_models_that_a_host_opens()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no env");
        using var stack = new StackFolder();
        await stack.PublishAsync();
        using var home = new TemporaryFolder();
        await using var host = HostProcess.StartInference(
            new InferenceSettings
            {
                Model = ModelName.Parse("fraud"),
                Version = new ModelVersion(1),
                Registry = "file:" + Path.Combine(stack.FullPath, ".modelserving", "dev", "registry"),
            },
            "env",
            "HOME=" + home.FullPath,
            "XDG_CACHE_HOME=" + home.Combine("cache"));
        await host.SaysAsync("Ready: ");
        // The runtime writes a database there, from which it sends.
        Assert.Empty(Directory.GetFileSystemEntries(home.FullPath));
    }
}
