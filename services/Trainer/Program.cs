using System.Globalization;
using ModelServing.Trainer;

// Makes the sample's data, and trains the two versions of its fraud model on the table that the feature store makes of them:
//   dotnet run --project services/Trainer -c Release -- data --out FOLDER
//   dotnet run --project services/Trainer -c Release -- train TABLE.parquet
// docs/features.md has the commands between the two.
if (!TrainerArguments.TryParse(args, out var arguments, out var problem))
{
    Console.Error.WriteLine(problem);
    return 2;
}

if (arguments.Table is not { } table)
{
    var (events, rows) = DataFiles.Write(arguments.Output, arguments.Settings);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{arguments.Output}: {events} events in {DataFiles.Events}, {rows} rows in {DataFiles.Rows}"));
    return 0;
}

try
{
    var data = TrainingTable.Read(table);
    TrainedModel[] models = [LogisticRegression.Train(data), BoostedTrees.Train(data)];
    var evaluations = Array.ConvertAll(models, model => Evaluation.Evaluate(model, data));
    foreach (var evaluation in evaluations)
        ArtifactWriter.Write(arguments.Output, evaluation, data);
    ReportTable.Print(Console.Out, data, evaluations);
    return 0;
}
catch (TrainerException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
