using System.Collections;
using System.Collections.Immutable;

namespace Pulumi;

/// <summary>A value or an output, as an argument.</summary>
public class Input<T> : IInput
{
    private protected Input(Output<T> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Value = value;
    }

    private protected Output<T> Value { get; set; }

    public static implicit operator Input<T>(T value) => Output.Create(value);

    public static implicit operator Input<T>(Output<T> value) => new(value);

    public static implicit operator Output<T>(Input<T> input) => input.Value;

    IOutput IInput.ToOutput() => Value;
}

/// <summary>Applies functions to inputs as to outputs.</summary>
public static class InputExtensions
{
    public static Output<TResult> Apply<T, TResult>(this Input<T>? input, Func<T, TResult> func) => input.ToOutput().Apply(func);

    public static Output<TResult> Apply<T, TResult>(this Input<T>? input, Func<T, Task<TResult>> func) => input.ToOutput().Apply(func);

    public static Output<TResult> Apply<T, TResult>(this Input<T>? input, Func<T, Input<TResult>?> func) => input.ToOutput().Apply(func);

    public static Output<TResult> Apply<T, TResult>(this Input<T>? input, Func<T, Output<TResult>?> func) => input.ToOutput().Apply(func);

    public static Output<T> ToOutput<T>(this Input<T>? input) => input is null ? Output.Create(default(T)!) : (Output<T>)input;
}

/// <summary>A list of inputs that is an input itself.</summary>
public sealed class InputList<T> : Input<ImmutableArray<T>>, IInputCollection, IEnumerable, IAsyncEnumerable<Input<T>>
{
    private Input<ImmutableArray<Input<T>>> parts;

    public InputList()
        : this(ImmutableArray<Input<T>>.Empty)
    {
    }

    private InputList(Input<ImmutableArray<Input<T>>> parts)
        : base(Flatten(parts)) => this.parts = parts;

    IOutput IInputCollection.Parts => ((IInput)parts).ToOutput();

    public void Add(params Input<T>[] inputs) => Set(Concat(inputs).parts);

    public void Add(InputList<T> inputs) => AddRange(inputs);

    public void AddRange(InputList<T> inputs) => Set(Concat(inputs).parts);

    public InputList<T> Concat(InputList<T> other) =>
        new(Output.Tuple(parts, other.parts).Apply(static both => both.Item1.AddRange(both.Item2)));

    public static implicit operator InputList<T>(T value) => ImmutableArray.Create<Input<T>>(value);

    public static implicit operator InputList<T>(Output<T> value) => ImmutableArray.Create<Input<T>>(value);

    public static implicit operator InputList<T>(Input<T> value) => ImmutableArray.Create(value);

    public static implicit operator InputList<T>(T[] values) => ImmutableArray.CreateRange(values.Select(static value => (Input<T>)value));

    public static implicit operator InputList<T>(Output<T>[] values) => ImmutableArray.CreateRange(values.Select(static value => (Input<T>)value));

    public static implicit operator InputList<T>(Input<T>[] values) => ImmutableArray.CreateRange(values);

    public static implicit operator InputList<T>(List<T> values) => values.ToArray();

    public static implicit operator InputList<T>(List<Output<T>> values) => values.ToArray();

    public static implicit operator InputList<T>(List<Input<T>> values) => values.ToArray();

    public static implicit operator InputList<T>(ImmutableArray<T> values) =>
        values.IsDefault ? new InputList<T>(default(ImmutableArray<Input<T>>)) : values.ToArray();

    public static implicit operator InputList<T>(ImmutableArray<Output<T>> values) =>
        values.IsDefault ? new InputList<T>(default(ImmutableArray<Input<T>>)) : values.ToArray();

    public static implicit operator InputList<T>(ImmutableArray<Input<T>> values) => new(values);

    public static implicit operator InputList<T>(Output<T[]> values) => values.Apply(ImmutableArray.CreateRange);

    public static implicit operator InputList<T>(Output<List<T>> values) => values.Apply(ImmutableArray.CreateRange);

    public static implicit operator InputList<T>(Output<IEnumerable<T>> values) => values.Apply(ImmutableArray.CreateRange);

    public static implicit operator InputList<T>(Output<ImmutableArray<T>> values) =>
        new(values.Apply(static all => all.IsDefault ? default : all.Select(static value => (Input<T>)value).ToImmutableArray()));

    IEnumerator IEnumerable.GetEnumerator() =>
        throw new NotSupportedException($"A {GetType().FullName} cannot be synchronously enumerated. Use {nameof(GetAsyncEnumerator)} instead.");

    public async IAsyncEnumerator<Input<T>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        foreach (var value in await Value.ValueOr([]).ConfigureAwait(false))
            yield return value;
    }

    internal InputList<T> Clone() => new(parts);

    private void Set(Input<ImmutableArray<Input<T>>> value)
    {
        parts = value;
        Value = Flatten(value);
    }

    private static Output<ImmutableArray<T>> Flatten(Input<ImmutableArray<Input<T>>> parts) =>
        parts.Apply(static all => all.IsDefault ? Output.Create(default(ImmutableArray<T>)) : Output.All(all));
}

/// <summary>A map of inputs that is an input itself.</summary>
public sealed class InputMap<TValue> : Input<ImmutableDictionary<string, TValue>>, IInputCollection, IEnumerable,
    IAsyncEnumerable<Input<KeyValuePair<string, TValue>>>
{
    private Input<ImmutableDictionary<string, Input<TValue>>> parts;

    public InputMap()
        : this(ImmutableDictionary<string, Input<TValue>>.Empty)
    {
    }

    private InputMap(Input<ImmutableDictionary<string, Input<TValue>>> parts)
        : base(Flatten(parts)) => this.parts = parts;

    IOutput IInputCollection.Parts => ((IInput)parts).ToOutput();

    public Input<TValue> this[string key]
    {
        set => Add(key, value);
    }

    public void Add(string key, Input<TValue> value) => Set(parts.Apply(all => all.TryGetValue(key, out var former)
        ? all.SetItem(key, Output.Tuple(former, value).Apply(both => EqualityComparer<TValue>.Default.Equals(both.Item1, both.Item2)
            ? both.Item1
            : throw new ArgumentException($"Key '{key}' already exists in the map with a different value.")))
        : all.Add(key, value)));

    public void Add(InputMap<TValue> values) => AddRange(values);

    public void AddRange(InputMap<TValue> values) =>
        Set(Output.Tuple(parts, values.parts).Apply(static both => both.Item1.AddRange(both.Item2)));

    public static InputMap<TValue> Merge(InputMap<TValue> first, InputMap<TValue> second) =>
        new(Output.Tuple(first.parts, second.parts).Apply(static both => both.Item1.SetItems(both.Item2)));

    public static implicit operator InputMap<TValue>(Dictionary<string, TValue> values) => Output.Create(values);

    public static implicit operator InputMap<TValue>(ImmutableDictionary<string, TValue> values) => Output.Create(values);

    public static implicit operator InputMap<TValue>(Output<Dictionary<string, TValue>> values) => values.Apply(ImmutableDictionary.CreateRange);

    public static implicit operator InputMap<TValue>(Output<IDictionary<string, TValue>> values) => values.Apply(ImmutableDictionary.CreateRange);

    public static implicit operator InputMap<TValue>(Output<ImmutableDictionary<string, TValue>> values) =>
        new(values.Apply(static all => all is null ? null! : all.ToImmutableDictionary(static pair => pair.Key, static pair => (Input<TValue>)pair.Value)));

    IEnumerator IEnumerable.GetEnumerator() =>
        throw new NotSupportedException($"A {GetType().FullName} cannot be synchronously enumerated. Use {nameof(GetAsyncEnumerator)} instead.");

    public async IAsyncEnumerator<Input<KeyValuePair<string, TValue>>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        foreach (var value in await Value.ValueOr(ImmutableDictionary<string, TValue>.Empty).ConfigureAwait(false))
            yield return value;
    }

    private void Set(Input<ImmutableDictionary<string, Input<TValue>>> value)
    {
        parts = value;
        Value = Flatten(value);
    }

    private static Output<ImmutableDictionary<string, TValue>> Flatten(Input<ImmutableDictionary<string, Input<TValue>>> parts) => parts.Apply(static all =>
        all is null
            ? Output.Create(Task.FromResult<ImmutableDictionary<string, TValue>>(null!))
            : Output.All(all.Select(static part => part.Value.Apply(value => KeyValuePair.Create(part.Key, value))))
                .Apply(static pairs => pairs.ToImmutableDictionary()));
}
