namespace Pulumi;

/// <summary>A value that may resolve later, be unknown in a preview, or be a secret. It tracks the resources from which it comes.</summary>
public sealed class Output<T> : IOutput
{
    internal Output(Task<OutputData<T>> data)
    {
        Data = data;
        Deployment.Current?.Track(data);
    }

    internal Task<OutputData<T>> Data { get; }

    async Task<OutputData<object?>> IOutput.GetDataAsync() => (await Data.ConfigureAwait(false)).Boxed;

    public static Output<T> Create(Task<T> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return From(value, isSecret: false);
    }

    public Output<ValueTuple> Apply(Func<T, Task> func) => Apply(value => Output.Create(Await(func(value))));

    public Output<TResult> Apply<TResult>(Func<T, TResult> func) => Apply(value => Output.Create(func(value)));

    public Output<TResult> Apply<TResult>(Func<T, Task<TResult>> func) => Apply(value => Output.Create(func(value)));

    public Output<TResult> Apply<TResult>(Func<T, Input<TResult>?> func) => Apply(value => func(value).ToOutput());

    public Output<TResult> Apply<TResult>(Func<T, Output<TResult>?> func) => new(ApplyAsync(func));

    /// <summary>Converting an output to a string is a mistake. This returns an explanation, or throws it if PULUMI_ERROR_OUTPUT_STRING is
    /// set.</summary>
    public override string ToString()
    {
        const string message = "Calling [ToString] on an [Output<T>] is not supported.\n\n" +
            "To get the value of an Output<T> as an Output<string> consider:\n" +
            "1. o.Apply(v => $\"prefix{v}suffix\")\n2. Output.Format($\"prefix{hostname}suffix\");";
        var strict = Environment.GetEnvironmentVariable("PULUMI_ERROR_OUTPUT_STRING");
        return strict == "1" || string.Equals(strict, "true", StringComparison.OrdinalIgnoreCase)
            ? throw new InvalidOperationException(message)
            : message;
    }

    internal static Output<T> From(Task<T> value, bool isSecret)
    {
        return new(Get());

        async Task<OutputData<T>> Get() => OutputData<T>.Known(await value.ConfigureAwait(false), isSecret);
    }

    internal Output<T> With(Func<OutputData<T>, OutputData<T>> change)
    {
        return new(Get());

        async Task<OutputData<T>> Get() => change(await Data.ConfigureAwait(false));
    }

    internal async Task<T> ValueOr(T whenUnknown)
    {
        var data = await Data.ConfigureAwait(false);
        return data.IsKnown ? data.Value : whenUnknown;
    }

    private async Task<OutputData<TResult>> ApplyAsync<TResult>(Func<T, Output<TResult>?> func)
    {
        var data = await Data.ConfigureAwait(false);
        if (!data.IsKnown)
            return new(data.Resources, default!, false, data.IsSecret);

        if (func(data.Value) is not { } inner)
            return new(data.Resources, default!, true, data.IsSecret);

        var result = await inner.Data.ConfigureAwait(false);
        return new(data.Resources.Union(result.Resources), result.Value, result.IsKnown, data.IsSecret || result.IsSecret);
    }

    private static async Task<ValueTuple> Await(Task task)
    {
        await task.ConfigureAwait(false);
        return default;
    }
}
