using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pulumi;
using Pulumi.Testing;

namespace ModelServing.Stacks;

/// <summary>Runs the stack's program under mocks, for the preview and the tests.</summary>
public static class StackRendering
{
    /// <param name="mocks">They answer instead of the cloud.</param>
    /// <param name="configuration">The settings; with null, the program reads Pulumi's own configuration.</param>
    /// <param name="stack">The stack's name.</param>
    /// <param name="isPreview">Whether outputs that the mocks do not return are unknown, as before an apply.</param>
    /// <exception cref="RunException">The program failed; the message says why.</exception>
    public static async Task<RenderedStack> RunAsync(IMocks mocks, StackConfiguration? configuration, string stack, bool isPreview = true)
    {
        var recorder = new Recorder(mocks);
        var created = new List<ResourceTransformationArgs>();
        var options = new StackOptions
        {
            ResourceTransformations =
            {
                args =>
                {
                    lock (created)
                        created.Add(args);
                    return null;
                },
            },
        };
        var resources = await Deployment.TestWithServiceProviderAsync<ServingStack>(
            recorder,
            new Provider(() => new ServingStack(configuration ?? StackConfiguration.FromPulumi(), options)),
            new TestOptions { ProjectName = Contracts.BucketName.Project, StackName = stack, IsPreview = isPreview });
        return new RenderedStack(
            resources.OfType<ServingStack>().Single(),
            [.. created.Select(recorder.Rendered)]);
    }

    private sealed class Provider(Func<ServingStack> create) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(ServingStack) ? create() : null;
    }

    private sealed class Recorder(IMocks mocks) : IMocks
    {
        private readonly ConcurrentDictionary<(string Type, string Name), ImmutableDictionary<string, object>> inputs = new();

        public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            inputs[(args.Type ?? "", args.Name ?? "")] = args.Inputs;
            return mocks.NewResourceAsync(args);
        }

        public Task<object> CallAsync(MockCallArgs args) => mocks.CallAsync(args);

        internal RenderedResource Rendered(ResourceTransformationArgs created)
        {
            var (type, name) = (created.Resource.GetResourceType(), created.Resource.GetResourceName());
            return new RenderedResource(
                type,
                name,
                created.Resource,
                inputs.GetValueOrDefault((type, name), ImmutableDictionary<string, object>.Empty),
                created.Args,
                created.Options);
        }
    }
}
