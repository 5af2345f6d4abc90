using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Pulumi;

/// <summary>Creates and combines outputs.</summary>
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

    public static Output<ImmutableArray<T>> All<T>(IEnumerable<Output<T>> outputs) =>
        All(outputs.Select(static output => (Input<T>)output));

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
        var sum = OutputData<bool>.Known(true);
        foreach (var input in inputs)
            values.Add(await input.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false));
        return new(sum.Resources, values.MoveToImmutable(), sum.IsKnown, sum.IsSecret);
    }

    /// <summary>Waits for an input and adds its state to a sum. The sum is known if all parts are known, and secret if any part
    /// is.</summary>
    private static async Task<T> CollectAsync<T>(this Input<T> input, Action<OutputData<bool>> put, Func<OutputData<bool>> get)
    {
        var data = await ((Output<T>)input).Data.ConfigureAwait(false);
        var sum = get();
        put(new(sum.Resources.Union(data.Resources), true, sum.IsKnown && data.IsKnown, sum.IsSecret || data.IsSecret));
        return data.Value;
    }
}
