using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using Pulumi.Testing;

namespace Pulumi;

/// <summary>One run under mocks: its registered resources, its pending tasks and its errors.</summary>
internal sealed class TestDeployment(IMocks mocks, TestOptions? options)
{
    private readonly Lock gate = new();
    private readonly List<Resource> resources = [];
    private readonly List<string> errors = [];
    private readonly List<Exception> failures = [];
    private readonly ImmutableDictionary<string, string> config = ReadConfig();
    private int running;
    private TaskCompletionSource? waiting;

    internal TestOptions Options { get; } = options ?? new TestOptions();

    internal bool IsPreview => Options.IsPreview ?? true;

    internal Stack Stack
    {
        get => field ?? throw new InvalidOperationException("Trying to acquire Deployment.Stack before 'Run' was called.");
        set;
    }

    internal string? FindConfig(string key) => config.GetValueOrDefault(key);

    internal void AddError(string message)
    {
        lock (gate)
            errors.Add(message);
    }

    internal void AddErrors(IReadOnlyCollection<Exception> exceptions)
    {
        foreach (var exception in exceptions)
        {
            AddError(exception is RunException or ResourceException { HideStack: true }
                ? exception.Message
                : $"Running program '{Assembly.GetEntryAssembly()?.Location}' failed with an unhandled exception:\n{exception}");
        }

        if (exceptions.Count > 0)
            Environment.ExitCode = 32;
    }

    internal ImmutableArray<Resource> Result()
    {
        lock (gate)
        {
            return errors switch
            {
                [] => [.. resources],
                [var one] => throw new RunException(one),
                _ => throw new AggregateException(errors.Select(static error => new RunException(error))),
            };
        }
    }

    /// <summary>Adds a task for which the run waits.</summary>
    internal void Track(Task task)
    {
        lock (gate)
            running++;
        task.ContinueWith(Done, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Waits until no task is pending, or one failed.</summary>
    internal async Task<IReadOnlyCollection<Exception>> IdleAsync()
    {
        Task? idle = null;
        lock (gate)
        {
            if (failures.Count == 0 && running > 0)
                idle = (waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        if (idle is not null)
            await idle.ConfigureAwait(false);
        lock (gate)
            return [.. failures.Distinct()];
    }

    internal void Register(Resource resource, ResourceArgs args, ResourceOptions options) => Track(CompleteAsync(resource, args, options));

    internal void RegisterOutputs(Resource resource, Output<IDictionary<string, object?>> outputs)
    {
        Track(Send());

        async Task Send()
        {
            var urn = await resource.Urn.ValueOr(null!).ConfigureAwait(false);
            var values = ImmutableDictionary.CreateBuilder<string, Output<object?>>();
            foreach (var (name, value) in await outputs.ValueOr(null!).ConfigureAwait(false))
            {
                var written = await Wire.WriteAsync($"monitor.registerResourceOutputs(...).{name}", value).ConfigureAwait(false);
                if (!written.IsKnown || written.Value is not null)
                    values.Add(name, new Output<object?>(Task.FromResult(written with { Resources = [] })));
            }

            await mocks.RegisterResourceOutputs(new MockRegisterResourceOutputsRequest(urn, values.ToImmutable())).ConfigureAwait(false);
        }
    }

    internal async Task<OutputData<T>> InvokeAsync<T>(string token, InvokeArgs args, InvokeOptions? options)
    {
        var (inputs, isKnown, dependencies) = await InputsAsync($"invoke:{token}", args ?? InvokeArgs.Empty).ConfigureAwait(false);
        var explicitly = options is InvokeOutputOptions { DependsOn: var list }
            ? await list.ToOutput().ValueOr([]).ConfigureAwait(false)
            : [];
        if (!isKnown)
            return OutputData<T>.Unknown();

        foreach (var resource in Expand([.. dependencies, .. explicitly]).OfType<CustomResource>())
        {
            // A placeholder has no id.
            if (resource.Id is not null && !(await resource.Id.Data.ConfigureAwait(false)).IsKnown)
                return OutputData<T>.Unknown();
        }

        var provider = options?.Provider ?? options?.Parent?.FindProvider(token);
        var answer = await mocks.CallAsync(new MockCallArgs
        {
            Token = token,
            Args = inputs,
            Provider = provider is null ? "" : await provider.ReferenceAsync().ConfigureAwait(false),
        }).ConfigureAwait(false);
        var state = await Wire.WriteStateAsync(answer).ConfigureAwait(false);
        var whole = new OutputData<object?>(
            [],
            state.Where(static p => p.Value.Value is not null).ToImmutableDictionary(static p => p.Key, static p => p.Value.Value!),
            state.Values.All(static v => v.IsKnown),
            state.Values.Any(static v => v.IsSecret));
        return WireReader.Read<T>($"{token} result", whole) with { Resources = [.. dependencies, .. explicitly] };
    }

    private async Task CompleteAsync(Resource resource, ResourceArgs args, ResourceOptions options)
    {
        try
        {
            var (urn, id, state) = await RegisterAsync(resource, args, options).ConfigureAwait(false);
            resource.Outputs["urn"].Set("urn", OutputData<object?>.Known(urn));
            if (resource is CustomResource)
            {
                var idData = string.IsNullOrEmpty(id) ? OutputData<object?>.Unknown() : OutputData<object?>.Known(id);
                resource.Outputs["id"].Set("id", idData);
            }

            foreach (var (name, source) in resource.Outputs)
            {
                if (name is not ("urn" or "id") && state.TryGetValue(name, out var value))
                    source.Set($"{resource.GetType().FullName}.{name}", value);
            }
        }
        catch (Exception exception)
        {
            foreach (var source in resource.Outputs.Values)
                source.Fail(exception);
            throw;
        }
        finally
        {
            foreach (var source in resource.Outputs.Values)
                source.SetDefault(!IsPreview);
        }
    }

    private async Task<(string Urn, string? Id, ImmutableDictionary<string, OutputData<object?>> State)> RegisterAsync(
        Resource resource, ResourceArgs args, ResourceOptions options)
    {
        var (type, name) = (resource.GetResourceType(), resource.GetResourceName());
        var isRoot = type == Stack.RootType;
        var read = options.Id is null ? null : await options.Id.ToOutput().ValueOr("").ConfigureAwait(false);
        var dependencies = await options.DependsOn.ToOutput().ValueOr([]).ConfigureAwait(false);
        var (inputs, _, implied) = await InputsAsync($"resource:{name}[{type}]", args).ConfigureAwait(false);
        var parent = isRoot ? "" : await (options.Parent ?? Stack).Urn.ValueOr("").ConfigureAwait(false);
        var provider = resource is CustomResource && options.Provider is { } given
            ? await given.ReferenceAsync().ConfigureAwait(false)
            : "";
        foreach (var dependency in Expand([.. dependencies, .. implied]))
            await dependency.Urn.Data.ConfigureAwait(false);

        lock (gate)
            resources.Add(resource);
        var root = parent.Length == 0 ? "" : parent.Split("::")[2].Split('$')[0] + "$";
        var urn = $"urn:pulumi:{Deployment.Instance.StackName}::{Deployment.Instance.ProjectName}::{root}{type}::{name}";
        if (isRoot)
            return (urn, null, ImmutableDictionary<string, OutputData<object?>>.Empty);

        var import = (options as CustomResourceOptions)?.ImportId ?? "";
        var (id, state) = await mocks.NewResourceAsync(new MockResourceArgs
        {
            Type = type,
            Name = name,
            Inputs = inputs,
            Provider = provider,
            Id = string.IsNullOrEmpty(read) ? import : read,
        }).ConfigureAwait(false);
        return (urn, string.IsNullOrEmpty(read) ? id ?? import : read, await Wire.WriteStateAsync(state).ConfigureAwait(false));
    }

    /// <summary>Returns the arguments by their names on the wire, without those that have an unknown part.</summary>
    private static async Task<(ImmutableDictionary<string, object> Inputs, bool IsKnown, ImmutableHashSet<Resource> Dependencies)>
        InputsAsync(string label, InputArgs args)
    {
        var inputs = ImmutableDictionary.CreateBuilder<string, object>();
        var (isKnown, dependencies) = (true, ImmutableHashSet<Resource>.Empty);
        foreach (var (name, value) in args.ToDictionary())
        {
            OutputData<object?> written;
            try
            {
                written = await Wire.WriteAsync($"{label}.{name}", value).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"error serializing property \"{name}\": {exception.Message}", exception);
            }

            isKnown &= written.IsKnown;
            dependencies = dependencies.Union(written.Resources);
            if (written is { IsKnown: true, Value: { } known })
                inputs.Add(name, known);
        }

        return (inputs.ToImmutable(), isKnown, dependencies);
    }

    /// <summary>Expands components into the resources that they contain.</summary>
    private static HashSet<Resource> Expand(IEnumerable<Resource> from)
    {
        var found = new HashSet<Resource>();
        var open = new Stack<Resource>(from);
        while (open.TryPop(out var resource))
        {
            if (!found.Add(resource) || resource is not ComponentResource)
                continue;

            lock (resource.Children)
            {
                foreach (var child in resource.Children)
                    open.Push(child);
            }
        }

        found.RemoveWhere(static resource => resource is ComponentResource { IsRemote: false });
        return found;
    }

    private void Done(Task task)
    {
        TaskCompletionSource? wake = null;
        lock (gate)
        {
            running--;
            if (task.Exception is { } exception)
                failures.AddRange(exception.InnerExceptions);
            if (running == 0 || failures.Count > 0)
                (wake, waiting) = (waiting, null);
        }

        wake?.SetResult();
    }

    private static ImmutableDictionary<string, string> ReadConfig()
    {
        if (Environment.GetEnvironmentVariable("PULUMI_CONFIG") is not { } text)
            return ImmutableDictionary<string, string>.Empty;

        using var document = JsonDocument.Parse(text);
        return document.RootElement.EnumerateObject().ToImmutableDictionary(
            static p => p.Name.Split(':', 3) is [var bag, "config", var key] ? $"{bag}:{key}" : p.Name,
            static p => p.Value.ToString());
    }
}
