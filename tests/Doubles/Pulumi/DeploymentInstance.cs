namespace Pulumi;

/// <summary>The current run.</summary>
public sealed class DeploymentInstance
{
    internal DeploymentInstance(TestDeployment inner) => Inner = inner;

    public string StackName => Inner.Options.StackName ?? "stack";

    public string ProjectName => Inner.Options.ProjectName ?? "project";

    public string OrganizationName => Inner.Options.OrganizationName ?? "organization";

    public string RootDirectory => Inner.Options.RootDirectory
        ?? throw new InvalidOperationException("The Pulumi CLI version does not support root directory. Please update the Pulumi CLI.");

    public bool IsDryRun => Inner.IsPreview;

    internal TestDeployment Inner { get; }

    public Output<T> Invoke<T>(string token, InvokeArgs args, InvokeOptions? options = null) =>
        new(Inner.InvokeAsync<T>(token, args, options));

    public Output<T> Invoke<T>(string token, InvokeArgs args, InvokeOutputOptions options) =>
        new(Inner.InvokeAsync<T>(token, args, options));

    public async Task<T> InvokeAsync<T>(string token, InvokeArgs args, InvokeOptions? options = null) =>
        (await Inner.InvokeAsync<T>(token, args, options).ConfigureAwait(false)).Value;
}
