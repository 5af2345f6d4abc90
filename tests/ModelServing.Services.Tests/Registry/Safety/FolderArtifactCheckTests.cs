using ModelServing.Registry.Safety;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry.Safety;

public sealed class FolderArtifactCheckTests : ArtifactCheckTests
{
    private readonly TestedFolder folder = new();

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("model.onnx")]
    public async Task A_symbolic_link_in_an_objects_place_is_refused(string file)
    {
        Store(SomeOnnx.Linear(3, 1));
        var path = folder.Folder.Combine("registry", "models", "fraud", "1", file);
        File.Move(path, folder.Folder.Combine("elsewhere"));
        File.CreateSymbolicLink(path, folder.Folder.Combine("elsewhere"));
        await RefusedAsync(static () => { }, FindingCode.ArtifactLink);
    }

    protected override ValueTask<TestedStore> MakeAsync() => new(folder);
}
