using System.Collections.Immutable;
using System.Diagnostics;
using ModelServing.Contracts.Functions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;
using ModelServing.TestKit;
using ModelServing.TestKit.Functions;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The functions' program, started with the configuration that infra/ renders for it, what the platform adds, and nothing else.</summary>
[Collection(nameof(OneAtATime))]
public class RenderedFunctionTests
{
    [Theory]
    [InlineData(FunctionName.Rollback)]
    [InlineData(FunctionName.ModelMetrics)]
    [InlineData(FunctionName.ModelLoader)]
    public async Task A_function_listens_and_answers_with_what_is_rendered(FunctionName function)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a function listens on a socket of Unix");
        var configuration = Configuration(await SomeStack.RunAsync(SomeStack.File()), function);
        using var folder = new TemporaryFolder();
        using var agent = new FnAgent(folder.Combine("lsnr.sock"));
        using var process = Start(configuration.Concat(agent.Variables));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience.Limit);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            var ended = process.WaitForExitAsync(patience.Token);
            if (await Task.WhenAny(agent.ListeningAsync(patience.Token), ended) == ended)
                Assert.Fail($"it ended: {await output}{await errors}");
            // ModelMetrics would ask for the cache and Monitoring, which are not here.
            if (function == FunctionName.ModelMetrics)
                return;
            // What is no message of anybody's is answered without asking OCI anything.
            var answer = await agent.CallAsync(new FnCall("no message"u8.ToArray()), patience.Token);
            Assert.True(answer.Status is 200 or 502, $"{answer.Status}");
            Assert.False(agent.HasKilled);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    // As OCI gives it: the function's over the application's.
    private static ImmutableSortedDictionary<string, string> Configuration(RenderedStack run, FunctionName function) =>
        new[] { run.Single("oci:Functions/application:Application", "functions"), run.Single("oci:Functions/function:Function", $"functions-{FunctionNames.NameOf(function)}") }
            .SelectMany(static made => made.Inputs.Map("config"))
            .ToImmutableSortedDictionary(static pair => pair.Key, static pair => (string)pair.Value, StringComparer.Ordinal);

    private static Process Start(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var start = new ProcessStartInfo("dotnet", [Path.GetFullPath(Path.Combine(own, "..", "..", "Functions", Path.GetFileName(own), "ModelServing.Functions.dll"))])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Of the machine's own only where .NET is.
        foreach (var name in start.Environment.Keys.Where(static name => name != "PATH" && !name.StartsWith("DOTNET_ROOT", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        start.Environment["HOME"] = Path.GetTempPath();
        return Process.Start(start)!;
    }
}
