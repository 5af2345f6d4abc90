using System.Collections.Concurrent;
using System.Collections.Immutable;
using Moq;
using ModelServing.Infra.Tests.Stacks;
using Pulumi;
using Pulumi.Testing;

namespace ModelServing.Infra.Tests.Rendering;

/// <summary>Components rendered under mocks: the resources that the engine received, with the options that mocks do not see.</summary>
internal sealed class Rendered
{
    private readonly ImmutableArray<Made> all;

    private Rendered(ImmutableArray<Made> all) => this.all = all;

    internal IReadOnlyList<Made> All => all;

    internal IEnumerable<Made> OfType(string type) => all.Where(made => made.Type == type);

    internal Made Only(string type) => Assert.Single(OfType(type));

    internal Made Named(string type, string name) => Assert.Single(OfType(type), made => made.Name == name);

    /// <summary>Runs <paramref name="build"/> as an update, or as the preview of an environment that does not exist yet.</summary>
    internal static async Task<Rendered> FromAsync(Action<SomeEnvironment> build, bool isPreview = false, SomeCloud? cloud = null)
    {
        cloud ??= new SomeCloud(isApplied: !isPreview);
        var received = new ConcurrentQueue<MockResourceArgs>();
        var mocks = new Mock<IMocks>(MockBehavior.Strict);
        mocks.Setup(m => m.NewResourceAsync(It.IsAny<MockResourceArgs>())).Returns((MockResourceArgs args) =>
        {
            received.Enqueue(args);
            return cloud.NewResourceAsync(args);
        });
        mocks.Setup(m => m.CallAsync(It.IsAny<MockCallArgs>())).Returns((MockCallArgs args) => cloud.CallAsync(args));
        mocks.Setup(m => m.RegisterResourceOutputs(It.IsAny<MockRegisterResourceOutputsRequest>())).Returns(Task.CompletedTask);

        var options = new ConcurrentDictionary<(string, string), ResourceOptions>();
        await Deployment.TestAsync(mocks.Object, new TestOptions
        {
            ProjectName = "modelserving",
            StackName = "some",
            IsPreview = isPreview,
        }, () =>
        {
            build(new SomeEnvironment(new Root(args =>
            {
                options[(args.Resource.GetResourceType(), args.Resource.GetResourceName())] = args.Options;
                return null;
            })));
        });
        return new Rendered([.. received.Where(args => options.ContainsKey((args.Type!, args.Name!)))
            .Select(args => new Made(args.Type!, args.Name!, args.Inputs, args.Provider ?? "", options[(args.Type!, args.Name!)]))]);
    }

    /// <summary>The error with which <paramref name="build"/> fails.</summary>
    internal static async Task<string> RefusalAsync(Action<SomeEnvironment> build, SomeCloud? cloud = null)
    {
        var code = Environment.ExitCode;
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => FromAsync(build, cloud: cloud));
        Environment.ExitCode = code;
        return failure.ToString();
    }

    private sealed class Root(ResourceTransformation record)
        : ComponentResource("tests:index:Root", "root", new ComponentResourceOptions { ResourceTransformations = [record] });
}
