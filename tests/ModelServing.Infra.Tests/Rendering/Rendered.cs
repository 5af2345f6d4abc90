using System.Collections.Concurrent;
using System.Collections.Immutable;
using Moq;
using ModelServing.Infra.Tests.Stacks;
using Pulumi;
using Pulumi.Testing;

namespace ModelServing.Infra.Tests.Rendering;

/// <summary>Components rendered under mocks: what the engine was asked for, with the options that mocks don't see.</summary>
internal sealed class Rendered
{
    private readonly ImmutableArray<Made> all;

    private Rendered(ImmutableArray<Made> all) => this.all = all;

    internal IReadOnlyList<Made> All => all;

    internal IEnumerable<Made> OfType(string type) => all.Where(made => made.Type == type);

    internal Made Only(string type) => Assert.Single(OfType(type));

    internal Made Named(string type, string name) => Assert.Single(OfType(type), made => made.Name == name);

    /// <summary>Runs <paramref name="build"/> as an update, or as the preview of an environment that does not exist yet.</summary>
    internal static async Task<Rendered> OfAsync(Action<SomeEnvironment> build, bool isPreview = false)
    {
        var cloud = new SomeCloud(isBorn: !isPreview);
        var seen = new ConcurrentQueue<MockResourceArgs>();
        var mocks = new Mock<IMocks>(MockBehavior.Strict);
        mocks.Setup(m => m.NewResourceAsync(It.IsAny<MockResourceArgs>())).Returns((MockResourceArgs args) =>
        {
            seen.Enqueue(args);
            return cloud.NewResourceAsync(args);
        });
        mocks.Setup(m => m.CallAsync(It.IsAny<MockCallArgs>())).Returns((MockCallArgs args) => cloud.CallAsync(args));
        mocks.Setup(m => m.RegisterResourceOutputs(It.IsAny<MockRegisterResourceOutputsRequest>())).Returns(Task.CompletedTask);

        var options = new ConcurrentDictionary<(string, string), ResourceOptions>();
        await Deployment.TestAsync(mocks.Object, new TestOptions { ProjectName = "modelserving", StackName = "some", IsPreview = isPreview }, () =>
        {
            build(new SomeEnvironment(new Root(args =>
            {
                options[(args.Resource.GetResourceType(), args.Resource.GetResourceName())] = args.Options;
                return null;
            })));
        });
        return new Rendered([.. seen.Where(args => options.ContainsKey((args.Type!, args.Name!)))
            .Select(args => new Made(args.Type!, args.Name!, args.Inputs, args.Provider ?? "", options[(args.Type!, args.Name!)]))]);
    }

    /// <summary>What <paramref name="build"/> is refused with.</summary>
    internal static async Task<string> RefusalAsync(Action<SomeEnvironment> build)
    {
        var code = Environment.ExitCode;
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => OfAsync(build));
        Environment.ExitCode = code;
        return failure.ToString();
    }

    private sealed class Root(ResourceTransformation see)
        : ComponentResource("tests:index:Root", "root", new ComponentResourceOptions { ResourceTransformations = [see] });
}
