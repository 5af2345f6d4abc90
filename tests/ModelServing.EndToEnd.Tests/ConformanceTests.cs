using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ModelServing.EndToEnd.Tests;

/// <summary><c>ms conformance</c>, as a user runs it, against a platform with a canary of each model.</summary>
public class ConformanceTests
{
    private static readonly string[] Models = ["simple", "conformance-types", "conformance-typed", "conformance-text", "conformance-fp32"];

    [Fact]
    public async Task A_platform_keeps_the_protocol_and_an_absent_server_is_an_error()
    {
        using var folder = new StackFolder(string.Join('\n', Models.Select(static model => $$"""
                {{model}}:
                  stable:
                    version: 1
                  canary:
                    version: 2
                    percent: 50
            """)));
        await SucceedAsync(folder, "conformance", "--models", "models");
        foreach (var model in Models)
        {
            var file = Path.Combine("models", model, "1", "model.onnx");
            await SucceedAsync(folder, "publish", model, file);
            await folder.PublishAsync(model, 2, await File.ReadAllBytesAsync(
                Path.Combine(folder.FullPath, file), TestContext.Current.CancellationToken));
        }

        await using var up = await folder.UpAsync();
        var results = Path.Combine(folder.FullPath, "results.xml");
        var grpc = "http://" + Regex.Match(up.Output, @"(?m)^\s*gRPC\s+(\S+)$").Groups[1].Value;
        await using (var conformance = MsProcess.Start(
            folder, "conformance", folder.Api.ToString(), "--grpc", grpc, "--junit", results))
        {
            Assert.True(await conformance.ExitAsync() == 0, conformance.Output);
            Assert.Matches(@"(?m)^\d\d+ passed, 0 failed, 0 skipped$", conformance.Output);
            Assert.All(conformance.StandardOutput.Split('\n'), static line => Assert.InRange(line.Length, 0, 80));
        }

        var suite = XDocument.Load(results).Root!.Element("testsuite")!;
        Assert.Equal(("0", "0"), (suite.Attribute("failures")!.Value, suite.Attribute("skipped")!.Value));
        var both = suite.Elements("testcase").Count();
        var overHttp = (await MsProcess.QueryAsync(folder, "conformance", folder.Api.ToString())).GetProperty("passed").GetInt32();
        var overGrpc = (await MsProcess.QueryAsync(folder, "conformance", "--grpc", grpc)).GetProperty("passed").GetInt32();
        Assert.Equal(both, overHttp + overGrpc);
        Assert.True(overHttp > 0 && overGrpc > 0);

        up.Signal("TERM");
        await up.ExitAsync();
        await folder.AssertNothingIsLeftAsync();
        var (exitCode, output) = await MsProcess.RunAsync(folder, "conformance", folder.Api.ToString());
        Assert.Equal(1, exitCode);
        Assert.Contains("can't be reached", output, StringComparison.Ordinal);
        (exitCode, output) = await MsProcess.RunAsync(folder, "conformance", "--grpc", grpc);
        Assert.Equal(1, exitCode);
        Assert.Contains($"{grpc}/ can't be reached", output, StringComparison.Ordinal);
    }

    private static async Task SucceedAsync(StackFolder folder, params string[] arguments)
    {
        var (exitCode, output) = await MsProcess.RunAsync(folder, arguments);
        Assert.True(exitCode == 0, output);
    }
}
