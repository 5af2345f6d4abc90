using System.Text;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.Profiles;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry.Profiles;

public sealed class TrainingProfileTests : IDisposable
{
    private static readonly ModelName Name = ModelName.Parse("fraud");
    private static readonly ModelVersion One = new(1);

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_profile_is_read_as_it_was_written()
    {
        var profile = new TrainingProfile
        {
            Columns = [ColumnProfilerTests.Profile([0.1f, 0.2f, 1e-30f, -3e38f], "a") with { Missing = 2, Defaults = 1 }],
        };
        var read = TrainingProfile.Parse(profile.ToUtf8()).Columns.Single();
        Assert.Equal(profile.Columns[0].Edges, read.Edges);
        Assert.Equal(profile.Columns[0].ToBins(), read.ToBins());
        Assert.Equal(("a", 1L, -3e38f, 0.2f), (read.Name, read.Defaults, read.Least, read.Largest));
    }

    [Theory]
    [InlineData("""{"columns":[{"name":"a","edges":[1],"counts":[1]}]}""", "one more count than edges")]
    [InlineData("""{"columns":[{"name":"a","edges":[2,1],"counts":[1,1,1]}]}""", "edges[1]")]
    [InlineData("""{"columns":[{"name":"a","edges":[1e50],"counts":[1,1]}]}""", "")]
    [InlineData("""{"columns":[{"name":"a","edges":[],"counts":[-1]}]}""", "a count")]
    [InlineData("""{"columns":[{"name":"","edges":[],"counts":[1]}]}""", "columns[0].name is empty")]
    [InlineData("""{"columns":[{"name":"a","edges":[],"counts":[1]},{"name":"a","edges":[],"counts":[1]}]}""", "a twice")]
    [InlineData("""{"columns":[null]}""", "null")]
    [InlineData("""{"rows":1}""", "rows")]
    [InlineData("nonsense", "can't be read")]
    public void A_wrong_profile_is_refused_with_its_place(string text, string message) => Assert.Contains(
        message,
        Assert.Throws<ContractException>(() => TrainingProfile.Parse(Encoding.UTF8.GetBytes(text))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task A_version_is_published_with_the_columns_that_are_about_it()
    {
        var registry = new ModelRegistry(RegistryLocation.Open("file:" + folder.FullPath), TimeProvider.System);
        var onnx = SomeOnnx.Identity(Datatype.Fp32, -1);
        var profile = new TrainingProfile
        {
            Columns = [ColumnProfilerTests.Profile([1, 2, 3], "x"), ColumnProfilerTests.Profile([0, 1], "label")],
        };
        await registry.PublishAsync(Name, One, onnx, new TrainingInfo { Profile = profile }, Token);
        var published = (await registry.ReadManifestAsync(Name, One, Token)).Profile!;
        Assert.Equal("x", published.Columns.Single().Name);
        Assert.Equal([0L, 1, 1, 1], published.Columns.Single().ToBins());

        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.PublishAsync(
            Name, new ModelVersion(2), onnx, new TrainingInfo { Profile = new() { Columns = [profile.Columns[1]] } }, Token));
        Assert.Contains("no column of the model; the model has x", e.Message, StringComparison.Ordinal);
        Assert.Single(await registry.ListAsync(Name, Token));
    }

    [Fact]
    public async Task A_version_without_a_profile_is_as_before()
    {
        var registry = new ModelRegistry(RegistryLocation.Open("file:" + folder.FullPath), TimeProvider.System);
        var manifest = await registry.PublishAsync(Name, One, SomeOnnx.Identity(Datatype.Fp32, -1), TrainingInfo.None, Token);
        Assert.DoesNotContain("profile", Encoding.UTF8.GetString(manifest.ToUtf8()), StringComparison.Ordinal);
        Assert.Null((await registry.ReadManifestAsync(Name, One, Token)).Profile);
    }
}
