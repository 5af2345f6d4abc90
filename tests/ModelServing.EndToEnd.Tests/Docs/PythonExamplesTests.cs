using ModelServing.EndToEnd.Tests.Workflows;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Docs;

/// <summary>The files in docs/python run.</summary>
public class PythonExamplesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_client_sends_lists_and_gets_outputs_and_the_version()
    {
        var python = await Python.FindAsync("json", Token);
        Assert.SkipWhen(python is null, "Python is not installed");
        using var folder = new StackFolder("    sums: { stable: { version: 1 } }");
        var model = Path.Combine(folder.FullPath, "sums.onnx");
        await File.WriteAllBytesAsync(model, SomeOnnx.Add(ModelServing.Registry.Datatype.Fp32, -1, 2), Token);
        var (exitCode, output) = await MsProcess.RunAsync(folder, "publish", "sums", model);
        Assert.True(exitCode == 0, output);
        await using var ms = await folder.UpAsync();
        Assert.Equal(
            "version 1\nsum [[11, 22], [33, 44]]\n",
            await CallAsync("sums", """{"a": [[1, 2], [3, 4]], "b": [[10, 20], [30, 40]]}"""));
        Assert.Contains("400 Invalid request: ", await CallAsync("sums", """{"a": [[1, 2]]}"""), StringComparison.Ordinal);
        Assert.Contains("404 ", await CallAsync("none", "{}"), StringComparison.Ordinal);

        async Task<string> CallAsync(string model, string values) => (await Tool.RunAsync(
            folder.FullPath,
            new Dictionary<string, string>(),
            python,
            Repository.Combine("docs", "python", "client.py"),
            folder.Api.ToString(),
            model,
            values)).Output;
    }

    [Theory]
    [InlineData("export_sklearn.py", "sklearn, skl2onnx")]
    [InlineData("export_pytorch.py", "torch, onnx")]
    public async Task An_exported_model_can_be_published(string script, string modules)
    {
        var python = await Python.FindAsync(modules, Token);
        Assert.SkipWhen(python is null, $"Python does not have {modules}; the first lines of docs/python/{script} install them");
        using var folder = new StackFolder();
        await Tool.SucceedAsync(folder.FullPath, python, Repository.Combine("docs", "python", script), "model.onnx");
        var (exitCode, output) = await MsProcess.RunAsync(folder, "publish", "exported", "model.onnx");
        Assert.True(exitCode == 0, output);
        Assert.Contains("  input   x FP32 [-1,3]\n", output, StringComparison.Ordinal);
        Assert.Contains(", for zeros: ", output, StringComparison.Ordinal);
    }
}
