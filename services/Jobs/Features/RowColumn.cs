using ModelServing.Features.Definitions;
using ModelServing.Features.Events;

namespace ModelServing.Jobs.Features;

/// <summary>A column of the rows that the join reads: its value as SQL, of a type that this program reads.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Sql">The value.</param>
/// <param name="IsText">Whether the value is a text, which is a time in ISO 8601 if the column is one of times.</param>
internal sealed record RowColumn(string Name, string Sql, bool IsText)
{
    private static readonly string[] Wholes = ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"];
    private static readonly string[] OtherNumbers = ["UBIGINT", "HUGEINT", "UHUGEINT", "FLOAT", "DOUBLE"];
    private static readonly string[] Times =
        ["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "DATE"];

    /// <summary>An entity's key; null if the column has another type.</summary>
    internal static RowColumn? Key(string name, FieldType wanted, string type) => wanted.Kind == FieldKind.String
        ? type == "VARCHAR" ? new RowColumn(name, JobDatabase.Name(name), IsText: true) : null
        : Wholes.Contains(type) ? new RowColumn(name, $"CAST({JobDatabase.Name(name)} AS BIGINT)", IsText: false) : null;

    /// <summary>A time in microseconds since 1970, or as a text; null if the column has another type.</summary>
    internal static RowColumn? Time(string name, string type) => type switch
    {
        "BIGINT" => new RowColumn(name, JobDatabase.Name(name), IsText: false),
        "VARCHAR" => new RowColumn(name, JobDatabase.Name(name), IsText: true),
        _ when Times.Contains(type) => new RowColumn(name, $"epoch_us({JobDatabase.Name(name)})", IsText: false),
        _ => null,
    };

    /// <summary>A value of a request, as a double; null if the column has another type.</summary>
    internal static RowColumn? Request(string name, FieldType wanted, string type)
    {
        if (wanted.Kind == FieldKind.Time)
            return Time(name, type) is { IsText: false } time ? time with { Sql = AsDouble(time.Sql) } : null;
        var isGood = Wholes.Contains(type) || OtherNumbers.Contains(type) || type.StartsWith("DECIMAL", StringComparison.Ordinal)
            || (wanted.Kind == FieldKind.Bool && type == "BOOLEAN");
        return isGood ? new RowColumn(name, AsDouble(JobDatabase.Name(name)), IsText: false) : null;
    }

    private static string AsDouble(string sql) => $"CAST({sql} AS DOUBLE)";
}
