using System.Collections.Immutable;
using Pulumi.Testing;

namespace Pulumi;

/// <summary>Runs a program under mocks, as the official package does. It never runs a program against an engine.</summary>
public static class Deployment
{
    private static readonly AsyncLocal<DeploymentInstance?> Running = new();

    public static DeploymentInstance Instance =>
        Running.Value ?? throw new InvalidOperationException("Trying to acquire Deployment.Instance before 'Run' was called.");

    internal static TestDeployment? Current => Running.Value?.Inner;

    internal static TestDeployment Inner => Instance.Inner;

    public static Task<int> RunAsync(Action action) => throw Refusal();

    public static Task<int> RunAsync(Func<IDictionary<string, object?>> func) => throw Refusal();

    public static Task<int> RunAsync(Func<Task> func) => throw Refusal();

    public static Task<int> RunAsync(Func<Task<IDictionary<string, object?>>> func, StackOptions? options = null) => throw Refusal();

    public static Task<int> RunAsync<TStack>()
        where TStack : Stack, new() => throw Refusal();

    public static Task<int> RunAsync<TStack>(IServiceProvider serviceProvider)
        where TStack : Stack => throw Refusal();

    public static Task<ImmutableArray<Resource>> TestAsync<TStack>(IMocks mocks, TestOptions? options = null)
        where TStack : Stack, new() => RunTestAsync(mocks, options, static () => new TStack());

    public static Task<ImmutableArray<Resource>> TestWithServiceProviderAsync<TStack>(
        IMocks mocks, IServiceProvider serviceProvider, TestOptions? options = null)
        where TStack : Stack => RunTestAsync(mocks, options, () => serviceProvider.GetService(typeof(TStack)) as TStack
            ?? throw new InvalidOperationException($"Failed to resolve instance of type {typeof(TStack)} from service provider. " +
                "Register the type with the service provider before calling RunAsync."));

    public static async Task<ImmutableArray<Resource>> TestAsync(IMocks testMocks, TestOptions testOptions, Action createResources) =>
        (await TestFunctionAsync(testMocks, testOptions, () =>
        {
            createResources();
            return Task.FromResult<IDictionary<string, object?>>(None());
        }).ConfigureAwait(false)).Resources;

    public static async Task<ImmutableArray<Resource>> TestAsync(IMocks testMocks, TestOptions testOptions, Func<Task> createResources) =>
        (await TestFunctionAsync(testMocks, testOptions, async () =>
        {
            await createResources().ConfigureAwait(false);
            return None();
        }).ConfigureAwait(false)).Resources;

    public static Task<(ImmutableArray<Resource> Resources, IDictionary<string, object?> Outputs)> TestAsync(
        IMocks testMocks, TestOptions testOptions, Func<IDictionary<string, object?>> createResources) =>
        TestFunctionAsync(testMocks, testOptions, () => Task.FromResult(createResources()));

    public static Task<(ImmutableArray<Resource> Resources, IDictionary<string, object?> Outputs)> TestAsync(
        IMocks testMocks, TestOptions testOptions, Func<Task<IDictionary<string, object?>>> createResources) =>
        TestFunctionAsync(testMocks, testOptions, createResources);

    private static async Task<(ImmutableArray<Resource> Resources, IDictionary<string, object?> Outputs)> TestFunctionAsync(
        IMocks mocks, TestOptions options, Func<Task<IDictionary<string, object?>>> create)
    {
        var all = await RunTestAsync(mocks, options, () => new FunctionStack(create)).ConfigureAwait(false);
        return (all.RemoveAll(static resource => resource is FunctionStack), all.OfType<FunctionStack>().Single().Results);
    }

    private static async Task<ImmutableArray<Resource>> RunTestAsync(IMocks mocks, TestOptions? options, Func<Stack> create)
    {
        // The value of an AsyncLocal that is set in this method ends with it.
        var deployment = new TestDeployment(mocks, options);
        Running.Value = Running.Value is null
            ? new DeploymentInstance(deployment)
            : throw new InvalidOperationException("Deployment.Instance should only be set once at the beginning of a 'Run' call.");
        try
        {
            create().RegisterPropertyOutputs();
        }
        catch (Exception exception)
        {
            deployment.AddErrors([exception]);
            return deployment.Result();
        }

        deployment.AddErrors(await deployment.IdleAsync().ConfigureAwait(false));
        return deployment.Result();
    }

    private static InvalidOperationException Refusal() => new(
        "This program was built with the doubles in tests/Doubles, which support tests and previews only. " +
        "To run it with `pulumi up`, use a package source that has Pulumi, Pulumi.Oci and Pulumi.Kubernetes, " +
        "delete SdkDoubles.props and run ./dev again.");

    private static Dictionary<string, object?> None() => new Dictionary<string, object?>();

    private sealed class FunctionStack : Stack
    {
        // Not in an initializer: initializers run before the base constructor registers the stack.
        internal FunctionStack(Func<Task<IDictionary<string, object?>>> create) => Results = create().GetAwaiter().GetResult();

        internal IDictionary<string, object?> Results { get; }
    }
}
