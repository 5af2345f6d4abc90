using System.Collections.Immutable;
using System.Diagnostics;
using ModelServing.Contracts.Functions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;
using ModelServing.TestKit;
using ModelServing.TestKit.Functions;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The functions' program, started with only the configuration that infra/ renders for it and the variables of the
/// platform.</summary>
[Collection(nameof(OneAtATime))]
public class RenderedFunctionTests
{
    [Theory]
    [InlineData(FunctionName.Rollback)]
    [InlineData(FunctionName.ModelMetrics)]
    [InlineData(FunctionName.ModelLoader)]
    [InlineData(FunctionName.TrafficSplitter)]
    public async Task A_function_listens_and_answers_with_its_rendered_configuration(FunctionName function)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a function listens on a Unix socket");
        var configuration = Configuration(await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Splitter)), function);
        using var folder = new TemporaryFolder();
        using var agent = new FnAgent(folder.Combine("lsnr.sock"));
        using var process = Start(configuration.Concat(agent.Variables));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Wait.Limit);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            var ended = process.WaitForExitAsync(timeout.Token);
            if (await Task.WhenAny(agent.ListeningAsync(timeout.Token), ended) == ended)
                Assert.Fail($"it ended: {await output}{await errors}");
            // ModelMetrics would call the cache and Monitoring, which are not available here.
            if (function == FunctionName.ModelMetrics)
                return;
            // An unknown message is answered without a call to OCI.
            var answer = await agent.CallAsync(new FnCall("no message"u8.ToArray()), timeout.Token);
            Assert.True(answer.Status is 200 or 502, $"{answer.Status}");
            Assert.False(agent.HasKilled);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    // As in OCI, the function's values take precedence over the application's.
    private static ImmutableSortedDictionary<string, string> Configuration(RenderedStack run, FunctionName function) =>
        new[]
        {
            run.Single("oci:Functions/application:Application", "functions"),
            run.Single(
                "oci:Functions/function:Function",
                (function == FunctionName.TrafficSplitter ? "splitter-" : "functions-") + FunctionNames.NameOf(function)),
        }
            .SelectMany(static made => made.Inputs.Map("config"))
            .ToImmutableSortedDictionary(static pair => pair.Key, static pair => (string)pair.Value, StringComparer.Ordinal);

    private static Process Start(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.GetFullPath(Path.Combine(own, "..", "..", "Functions", Path.GetFileName(own), "ModelServing.Functions.dll"))])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Of this machine's variables, keep only those that locate .NET.
        foreach (var name in start.Environment.Keys.Where(static name => name != "PATH" && !name.StartsWith(
            "DOTNET_ROOT",
            StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        start.Environment["HOME"] = Path.GetTempPath();
        return Process.Start(start)!;
    }
}
