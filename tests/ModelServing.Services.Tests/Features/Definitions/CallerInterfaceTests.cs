using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Registry;
using ModelServing.Services.Tests.Features.Engine;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Features.Definitions;

public sealed class CallerInterfaceTests : IDisposable
{
    private static readonly TensorInfo X = new("x", Datatype.Fp32, [-1, 4]);
    private static readonly TensorInfo Y = new("y", Datatype.Fp32, [-1]);
    private static readonly CallerInterface Stable = new([X], [Y]);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_equal_interface_misses_nothing() => Assert.Empty(Stable.FindMissing(new CallerInterface([X], [Y])));

    [Fact]
    public void A_version_may_accept_more_shapes_return_fewer_and_have_more_outputs() =>
        Assert.Empty(Stable.FindMissing(new CallerInterface(
            [X with { Shape = [-1, -1] }], [Y with { Shape = [1] }, new TensorInfo("z", Datatype.Bytes, [-1])])));

    [Fact]
    public void Each_difference_is_a_clause()
    {
        var other = new CallerInterface(
            [new TensorInfo("area", Datatype.Fp32, [-1, 1])], [Y with { Name = "label" }]);
        Assert.Equal(
            ["it does not take the input 'x'", "it needs the input area FP32 [-1,1]", "it does not return the output 'y'"],
            Stable.FindMissing(other));
    }

    [Theory]
    [InlineData(Datatype.Fp64, -1L, 4L)]
    [InlineData(Datatype.Fp32, -1L, 5L)]
    [InlineData(Datatype.Fp32, 1L, 4L)]
    [InlineData(Datatype.Fp32, -1L)]
    public void An_input_that_does_not_accept_every_tensor_of_stables_is_a_difference(Datatype datatype, params long[] shape)
    {
        var other = new TensorInfo("x", datatype, shape);
        Assert.Equal([$"it takes {other} instead of x FP32 [-1,4]"], Stable.FindMissing(new CallerInterface([other], [Y])));
    }

    [Theory]
    [InlineData(Datatype.Int64, -1L)]
    [InlineData(Datatype.Fp32, -1L, 2L)]
    public void An_output_that_stables_callers_do_not_expect_is_a_difference(Datatype datatype, params long[] shape)
    {
        var other = new TensorInfo("y", datatype, shape);
        Assert.Equal([$"it returns {other} instead of y FP32 [-1]"], Stable.FindMissing(new CallerInterface([X], [other])));
    }

    [Fact]
    public void A_fixed_output_may_not_become_one_of_any_length() =>
        Assert.Single(new CallerInterface([X], [Y with { Shape = [2] }]).FindMissing(Stable));

    [Fact]
    public async Task Features_are_not_sent_but_the_keys_and_values_of_their_views_are()
    {
        var store = new FolderObjectStore(folder.FullPath);
        var registry = new ModelRegistry(store, TimeProvider.System);
        var view = SomeViews.Everything;
        var name = ModelName.Parse("fraud");
        using var onnx = new MemoryStream(SomeOnnx.Add(Datatype.Fp32, -1, 1));
        var training = new TrainingInfo
        {
            Features = new ModelFeatures
            {
                Input = "a",
                Columns = [$"{view.View}.{view.Features[0].Name}"],
                Views = [new ModelView(view.View.Text, view.Version, view.Digest)],
            },
        };
        var inputs = (await registry.PublishAsync(name, new ModelVersion(1), onnx, training, default)).Inputs;
        await Assert.ThrowsAsync<RegistryException>(() => CallerInterface.ReadAsync(registry, name, new ModelVersion(1), default));

        await new PublishedViews(store).PublishAsync(view, default);
        var read = await CallerInterface.ReadAsync(registry, name, new ModelVersion(1), default);
        var expected = inputs.Where(static input => input.Name == "b")
            .Concat(view.Entity.Concat(view.Request).Select(static named => named.ToTensor()));
        Assert.Equal(expected.Select(static tensor => tensor.ToString()), read.Inputs.Select(static tensor => tensor.ToString()));
    }
}
