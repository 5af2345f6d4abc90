using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Export;

/// <summary>The columns of tensors that records have had so far. Records of different versions may have different tensors.</summary>
internal sealed class TensorColumns
{
    // Far more than all versions of a model have.
    private const int Most = 2000;

    private readonly Dictionary<(string Kind, string Name, string? Datatype), TensorColumn> columns = [];

    internal List<TensorColumn> InOrder { get; } = [];

    /// <summary>Finds the column of a tensor with data, or adds it.</summary>
    /// <param name="kind"><c>input</c> or <c>output</c>.</param>
    /// <param name="add">Called with a new column.</param>
    internal TensorColumn ForData(string kind, RecordedTensor tensor, Action<TensorColumn> add) =>
        Find(kind, tensor.Name, tensor.Datatype, add);

    /// <summary>Finds the column that says why a tensor has no data, or adds it.</summary>
    internal TensorColumn ForOmitted(string kind, RecordedTensor tensor, Action<TensorColumn> add) => Find(kind, tensor.Name, null, add);

    /// <summary>The names for readers. A tensor's name is in one column if all of its tensors have one type; otherwise the type is a
    /// suffix. No two names differ in case alone, because not every reader tells such columns apart.</summary>
    /// <param name="taken">The names of the other columns.</param>
    internal IReadOnlyList<(TensorColumn Column, string Name)> Names(IEnumerable<string> taken)
    {
        var used = new HashSet<string>(taken, StringComparer.OrdinalIgnoreCase);
        var types = columns.Keys.Where(static key => key.Datatype is not null).CountBy(static key => (key.Kind, key.Name)).ToDictionary();
        var names = new List<(TensorColumn, string)>();
        foreach (var (key, column) in columns.OrderBy(static pair => InOrderOf(pair.Value)))
        {
            var name = key.Datatype is null ? column.Name + "_omitted"
                : types[(key.Kind, key.Name)] > 1 ? $"{column.Name}_{key.Datatype.ToLowerInvariant()}"
                : column.Name;
            var unique = name;
            for (var number = 2; !used.Add(unique); number++)
                unique = $"{name}_{number}";
            names.Add((column, unique));
        }

        return names;

        static int InOrderOf(TensorColumn column) =>
            int.Parse(column.StagedName.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
    }

    private TensorColumn Find(string kind, string name, string? datatype, Action<TensorColumn> add)
    {
        if (columns.TryGetValue((kind, name, datatype), out var known))
            return known;
        if (InOrder.Count == Most)
        {
            throw new JobException(
                JobExit.Failed, $"the records have more than {Most} inputs and outputs; export fewer models, or less time");
        }

        var column = new TensorColumn
        {
            StagedName = $"c{InOrder.Count}",
            StagedShape = datatype is null ? null : $"s{InOrder.Count}",
            Name = $"{kind}_{name}",
            Datatype = datatype,
            SqlType = datatype is null ? "VARCHAR" : TensorColumn.SqlTypeOf(datatype)!,
        };
        add(column);
        InOrder.Add(column);
        columns[(kind, name, datatype)] = column;
        return column;
    }
}
