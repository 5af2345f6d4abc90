using ModelServing.Trainer;

// Trains the two versions of the sample's fraud model and writes them to the artifacts of services/Sample:
//   dotnet run --project services/Trainer -c Release [-- --output FOLDER] [--small]
if (!TrainerArguments.TryParse(args, out var arguments, out var problem))
{
    Console.Error.WriteLine(problem);
    return 2;
}

var data = TrainingData.Simulate(arguments.Settings);
TrainedModel[] models = [LogisticRegression.Train(data), BoostedTrees.Train(data)];
var evaluations = Array.ConvertAll(models, model => Evaluation.Evaluate(model, data));
foreach (var evaluation in evaluations)
    ArtifactWriter.Write(arguments.Output, evaluation);
ReportTable.Print(Console.Out, data, evaluations);
return 0;
