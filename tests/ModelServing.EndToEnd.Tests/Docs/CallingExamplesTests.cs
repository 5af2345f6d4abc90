using ModelServing.EndToEnd.Tests.Workflows;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Docs;

/// <summary>The examples of docs/calling.md work against a platform with the model that the page names.</summary>
public sealed class CallingExamplesTests : IDisposable
{
    private const string Page = "docs/calling.md";
    private const string PageAddress = "127.0.0.1:8080";
    private const string Sum = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16";
    private const string Difference = "-1 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14";

    private readonly StackFolder folder = new("    simple: { stable: { version: 1 } }");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Address => $"127.0.0.1:{folder.Port}";

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Curl_gets_the_answer_of_the_page()
    {
        await using var platform = await StartAsync();
        var blocks = ShellBlock.Read(Page).Where(static block => block.Text.StartsWith("curl ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, blocks.Count);
        var answer = string.Concat(File.ReadLines(Repository.Combine(Page))
            .SkipWhile(static line => line != "The answer:")
            .Skip(2)
            .TakeWhile(static line => line.Length > 0)
            .Select(static line => line.Trim()));
        Assert.Equal(answer, await ShellAsync(blocks[0].Text));
        var metadata = await ShellAsync(blocks[1].Text);
        Assert.Contains("\"name\":\"INPUT0\"", metadata, StringComparison.Ordinal);
        Assert.EndsWith("200", metadata, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_in_csharp_gets_the_same_in_each_form()
    {
        await using var platform = await StartAsync();
        var output = await Tool.SucceedAsync(
            Repository.Root, "dotnet", "run", "--file", Path.Combine("docs", "csharp", "call.cs"), "--", $"http://{Address}");
        var answer = $"version 1, variant stable\n  OUTPUT0 {Sum}\n  OUTPUT1 {Difference}\n";
        Assert.EndsWith($"Json: {answer}Binary: {answer}", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("call_tritonclient.py", "numpy, tritonclient.http", "")]
    [InlineData("call_kserve.py", "numpy, kserve", "http://")]
    public async Task Clients_of_others_get_the_same(string script, string modules, string scheme)
    {
        var python = await Python.FindAsync(modules, Token);
        Assert.SkipWhen(python is null, $"Python does not have {modules}; the first lines of docs/python/{script} install them");
        await using var platform = await StartAsync();
        var output = await Tool.SucceedAsync(folder.FullPath, python, Repository.Combine("docs", "python", script), scheme + Address);
        Assert.EndsWith($"OUTPUT0 {Sum}\nOUTPUT1 {Difference}\n", output, StringComparison.Ordinal);
    }

    private async Task<MsProcess> StartAsync()
    {
        await SucceedAsync("conformance", "--models", Path.Combine(folder.FullPath, "models"));
        await SucceedAsync("publish", "simple", Path.Combine(folder.FullPath, "models", "simple", "1", "model.onnx"));
        return await folder.UpAsync();

        async Task SucceedAsync(params string[] arguments)
        {
            var (exitCode, output) = await MsProcess.RunAsync(folder, arguments);
            Assert.True(exitCode == 0, output);
        }
    }

    private Task<string> ShellAsync(string text) => Tool.SucceedAsync(
        folder.FullPath, "bash", "-ec", text.Replace(PageAddress, Address, StringComparison.Ordinal));
}
