using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Pulumi;

/// <summary>A value that may come later, may be unknown in a preview, may be a secret, and knows the resources it came from.</summary>
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

    /// <summary>A string of an output is a mistake: it says so, or throws it when PULUMI_ERROR_OUTPUT_STRING is set.</summary>
    public override string ToString()
    {
        const string message = "Calling [ToString] on an [Output<T>] is not supported.\n\nTo get the value of an Output<T> as an Output<string> consider:\n" +
            "1. o.Apply(v => $\"prefix{v}suffix\")\n2. Output.Format($\"prefix{hostname}suffix\");";
        var strict = Environment.GetEnvironmentVariable("PULUMI_ERROR_OUTPUT_STRING");
        return strict == "1" || string.Equals(strict, "true", StringComparison.OrdinalIgnoreCase)
            ? throw new InvalidOperationException(message)
            : message;
    }

    internal static Output<T> From(Task<T> value, bool isSecret)
    {
        return new(Get());

        async Task<OutputData<T>> Get() => OutputData<T>.Of(await value.ConfigureAwait(false), isSecret);
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

/// <summary>Makes and combines outputs.</summary>
public static partial class Output
{
    public static Output<T> Create<T>(T value) => Create(Task.FromResult(value));

    public static Output<T> Create<T>(Task<T> value) => Output<T>.Create(value);

    public static Output<T> CreateSecret<T>(T value) => CreateSecret(Task.FromResult(value));

    public static Output<T> CreateSecret<T>(Task<T> value) => Output<T>.From(value, isSecret: true);

    public static Output<T> CreateSecret<T>(Output<T> value) => value.With(static data => data with { IsSecret = true });

    public static Output<T> Unsecret<T>(Output<T> output) => output.With(static data => data with { IsSecret = false });

    public static async Task<bool> IsSecretAsync<T>(Output<T> output) => (await output.Data.ConfigureAwait(false)).IsSecret;

    public static Output<ImmutableArray<T>> All<T>(params Input<T>[] inputs) => new(AllAsync([.. inputs]));

    public static Output<ImmutableArray<T>> All<T>(IEnumerable<Input<T>> inputs) => new(AllAsync([.. inputs]));

    public static Output<ImmutableArray<T>> All<T>(params Output<T>[] outputs) => All(outputs.AsEnumerable());

    public static Output<ImmutableArray<T>> All<T>(IEnumerable<Output<T>> outputs) => All(outputs.Select(static output => (Input<T>)output));

    public static Output<string> Format(FormattableString formattableString)
    {
        ArgumentNullException.ThrowIfNull(formattableString);
        return All(formattableString.GetArguments().Select(Untyped))
            .Apply(values => string.Format(CultureInfo.InvariantCulture, formattableString.Format, [.. values]));
    }

    public static Output<string> JsonSerialize<T>(Output<T> value, JsonSerializerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(OutputJson.SerializeAsync(value, options));
    }

    public static Output<T> JsonDeserialize<T>(Output<string> json, JsonSerializerOptions? options = null) =>
        json.Apply(text => JsonSerializer.Deserialize<T>(text, options)!);

    internal static Input<object?> Untyped(object? value) => value switch
    {
        IInput input => new Output<object?>(input.ToOutput().GetDataAsync()),
        IOutput output => new Output<object?>(output.GetDataAsync()),
        _ => Create(value),
    };

    private static async Task<OutputData<ImmutableArray<T>>> AllAsync<T>(ImmutableArray<Input<T>> inputs)
    {
        var values = ImmutableArray.CreateBuilder<T>(inputs.Length);
        var sum = OutputData<bool>.Of(true);
        foreach (var input in inputs)
            values.Add(await input.Take(s => sum = s, () => sum).ConfigureAwait(false));
        return new(sum.Resources, values.MoveToImmutable(), sum.IsKnown, sum.IsSecret);
    }

    /// <summary>Waits for an input and adds what is known about it to a sum: a whole is known when all is, and secret when a part is.</summary>
    private static async Task<T> Take<T>(this Input<T> input, Action<OutputData<bool>> put, Func<OutputData<bool>> get)
    {
        var data = await ((Output<T>)input).Data.ConfigureAwait(false);
        var sum = get();
        put(new(sum.Resources.Union(data.Resources), true, sum.IsKnown && data.IsKnown, sum.IsSecret || data.IsSecret));
        return data.Value;
    }
}
