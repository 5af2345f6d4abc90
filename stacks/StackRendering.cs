using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pulumi;
using Pulumi.Testing;

namespace ModelServing.Stacks;

/// <summary>Runs the stack's program under mocks: what the preview and the tests see of it.</summary>
public static class StackRendering
{
    /// <summary>Runs the program and gives what it made.</summary>
    /// <param name="mocks">They answer in place of the cloud.</param>
    /// <param name="configuration">The settings; null has the program read Pulumi's own.</param>
    /// <param name="stack">The stack's name.</param>
    /// <param name="isPreview">Outputs that the mocks don't give are unknown, as before an apply.</param>
    /// <exception cref="RunException">The program failed; the message says why.</exception>
    public static async Task<RenderedStack> RunAsync(IMocks mocks, StackConfiguration? configuration, string stack, bool isPreview = true)
    {
        var recorder = new Recorder(mocks);
        var made = new List<ResourceTransformationArgs>();
        var options = new StackOptions
        {
            ResourceTransformations =
            {
                args =>
                {
                    lock (made)
                        made.Add(args);
                    return null;
                },
            },
        };
        var resources = await Deployment.TestWithServiceProviderAsync<ServingStack>(
            recorder,
            new Provider(() => new ServingStack(configuration ?? StackConfiguration.OfPulumi(), options)),
            new TestOptions { ProjectName = Contracts.BucketName.Project, StackName = stack, IsPreview = isPreview });
        return new RenderedStack(
            resources.OfType<ServingStack>().Single(),
            [.. made.Select(args => new RenderedResource(
                args.Resource.GetResourceType(),
                args.Resource.GetResourceName(),
                args.Resource,
                recorder.Inputs.GetValueOrDefault((args.Resource.GetResourceType(), args.Resource.GetResourceName()), ImmutableDictionary<string, object>.Empty),
                args.Args,
                args.Options))]);
    }

    private sealed class Provider(Func<ServingStack> make) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(ServingStack) ? make() : null;
    }

    private sealed class Recorder(IMocks mocks) : IMocks
    {
        internal ConcurrentDictionary<(string Type, string Name), ImmutableDictionary<string, object>> Inputs { get; } = new();

        public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            Inputs[(args.Type ?? "", args.Name ?? "")] = args.Inputs;
            return mocks.NewResourceAsync(args);
        }

        public Task<object> CallAsync(MockCallArgs args) => mocks.CallAsync(args);
    }
}
