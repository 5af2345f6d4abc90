using System.Collections;
using System.Collections.Immutable;

namespace Pulumi;

/// <summary>A list of inputs that is itself an input.</summary>
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

    public static implicit operator InputList<T>(Output<T>[] values) =>
        ImmutableArray.CreateRange(values.Select(static value => (Input<T>)value));

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
        throw new NotSupportedException(
            $"A {GetType().FullName} cannot be synchronously enumerated. Use {nameof(GetAsyncEnumerator)} instead.");

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
