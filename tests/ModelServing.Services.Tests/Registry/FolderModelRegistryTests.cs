namespace ModelServing.Services.Tests.Registry;

public sealed class FolderModelRegistryTests : ModelRegistryTests
{
    protected override ValueTask<TestedStore> MakeAsync() => new(new TestedFolder());
}
