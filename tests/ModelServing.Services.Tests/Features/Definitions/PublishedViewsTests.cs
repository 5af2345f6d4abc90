using ModelServing.Features.Definitions;
using ModelServing.Registry;
using ModelServing.Services.Tests.Features.Engine;

namespace ModelServing.Services.Tests.Features.Definitions;

public sealed class PublishedViewsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("views-");

    private PublishedViews Views => new(RegistryLocation.Open($"file:{folder.FullName}"));

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_version_is_published_once_and_never_changes()
    {
        var view = SomeViews.Everything;
        Assert.False(await Views.IsPublishedAsync(view, default));
        Assert.True(await Views.PublishAsync(view, default));
        Assert.False(await Views.PublishAsync(view, default));
        Assert.True(await Views.IsPublishedAsync(view, default));
        var changed = view with { Tail = 99 };
        Func<Task>[] calls = [() => Views.PublishAsync(changed, default), () => Views.IsPublishedAsync(changed, default)];
        foreach (var publish in calls)
        {
            var e = await Assert.ThrowsAsync<RegistryException>(publish);
            Assert.Equal(RegistryError.AlreadyPublished, e.Error);
            Assert.Equal(
                "features/card-activity/v1/definition.json: card-activity v1 is already published with another definition, and a version " +
                "never changes; write version: 2",
                e.Message);
        }

        Assert.Equal(view.Digest, (await Views.FindAsync(view.Id, default))!.Digest);
    }

    [Fact]
    public async Task The_digest_is_that_of_the_stored_bytes()
    {
        await Views.PublishAsync(SomeViews.Everything, default);
        var bytes = await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "features/card-activity/v1/definition.json"));
        Assert.Equal(SomeViews.Everything.Digest, Sha256Digest.Compute(bytes));
    }

    [Fact]
    public async Task Versions_are_listed_in_order()
    {
        foreach (var version in new[] { 10, 2, 1 })
            await Views.PublishAsync(SomeViews.Everything with { Version = version }, default);
        Assert.Equal([1, 2, 10], (await Views.ListAsync(default)).Select(static id => id.Version));
        Assert.Null(await Views.FindAsync(new ViewId(SomeViews.Everything.View, 3), default));
    }

    [Fact]
    public async Task A_damaged_definition_is_reported_with_its_key()
    {
        var path = Path.Combine(folder.FullName, "features/card-activity/v1/definition.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "{");
        var e = await Assert.ThrowsAsync<RegistryException>(() => Views.FindAsync(SomeViews.Everything.Id, default));
        Assert.Equal(RegistryError.Damaged, e.Error);
        Assert.StartsWith(
            "features/card-activity/v1/definition.json: the view's definition can't be read", e.Message, StringComparison.Ordinal);
    }
}
