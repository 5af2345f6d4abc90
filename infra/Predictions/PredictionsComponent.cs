using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Nosql;
using Pulumi.Oci.Nosql.Inputs;

namespace ModelServing.Infra.Predictions;

/// <summary>
/// The tables of the prediction log: the records, with an index by model and minute, and the outcomes under the same key. The key's shard
/// is the request's identifier, so writes spread over all shards. The service deletes rows after their time to live. NoSQL encrypts every
/// table at rest with Oracle's own key.
/// </summary>
public sealed class PredictionsComponent : ComponentResource
{
    /// <summary>The name of the index by model and minute.</summary>
    public const string IndexName = "by_minute";

    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public PredictionsComponent(string name, PredictionsArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Predictions", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<PredictionsArgs>().CheckedSizes();
        var tableName = TableNameOf(args.Names);
        var records = AddTable(name, tableName, PredictionTables.Columns, args.Predictions, args);
        var outcomes = AddTable(
            $"{name}-outcomes",
            NameForm.Table.Check(PredictionTables.OutcomesOf(tableName)),
            PredictionTables.OutcomeColumns,
            args.Outcomes,
            args);
        // Its data are those of the table, and a new index is built from them. So it needs no protection.
        var index = new Pulumi.Oci.Nosql.Index(name, new IndexArgs
        {
            CompartmentId = args.CompartmentId,
            TableNameOrId = records.Id,
            Name = IndexName,
            Keys = [.. PredictionTables.IndexColumns.Select(static column => new IndexKeyArgs { ColumnName = column })],
        }, new CustomResourceOptions { Parent = this });

        TableName = records.Name;
        // Programs that know the location may use the outcomes and the index too.
        Location = Output
            .Tuple(args.CompartmentId.ToOutput(), records.Name, outcomes.Name, index.Name)
            .Apply(static table => HostSources.Nosql(table.Item1, table.Item2));
        RegisterOutputs(new Dictionary<string, object?> { ["tableName"] = TableName });
    }

    public Output<string> TableName { get; }

    /// <summary>The location of both tables in the settings of programs: <see cref="PredictionLogSettings.Store"/>.</summary>
    public Output<string> Location { get; }

    /// <summary>The name of an environment's table of records.</summary>
    public static string TableNameOf(EnvironmentNames names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.TableNameOf("predictions");
    }

    private Table AddTable(string name, string tableName, string columns, TableSize size, PredictionsArgs args) => new(name, new TableArgs
    {
        CompartmentId = args.CompartmentId,
        Name = tableName,
        DdlStatement = string.Create(
            CultureInfo.InvariantCulture, $"CREATE TABLE IF NOT EXISTS {tableName} {columns} USING TTL {args.RetentionDays} DAYS"),
        TableLimits = new TableTableLimitsArgs
        {
            CapacityMode = "PROVISIONED",
            MaxReadUnits = size.ReadUnits,
            MaxWriteUnits = size.WriteUnits,
            MaxStorageInGbs = size.StorageGbs,
        },
        FreeformTags = args.Names.Tags("predictions"),
    }, Protection.Options(this, args.DataProtection));
}
