using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Jobs.Export;
using ModelServing.Journal;
using ModelServing.Oci;
using ModelServing.Registry;

namespace ModelServing.Jobs.Journals;

/// <summary><c>journal-backup</c>: today's copy of the journal, as an object of the bucket. <c>ms journal restore</c> puts one
/// back.</summary>
internal static class BackupCommand
{
    internal static Command Create()
    {
        var journal = new Option<string?>("--journal")
        {
            Description = $"The journal: sqlite:PATH or nosql:COMPARTMENT-OCID/TABLE. Default: {BackupJobSettings.JournalVariable}.",
        };
        var models = new Option<string[]>("--model") { Description = "A model; may be there several times.", Required = true };
        var bucket = new Option<string>("--to-bucket")
        {
            Description = $"oci:NAMESPACE/BUCKET or file:FOLDER; the object is under {BackupJobSettings.Prefix}.",
            Required = true,
        };
        var command = new Command(BackupJobSettings.Command, "Copy the journal into a bucket, once a day.") { journal, models, bucket };
        command.SetAction((arguments, _) => JobRun.RunAsync(stopsWithInput: false, async stop =>
        {
            var location = arguments.GetValue(journal) ?? Environment.GetEnvironmentVariable(BackupJobSettings.JournalVariable)
                ?? throw new JobException(
                    JobExit.WrongInput, $"--journal is missing, and {BackupJobSettings.JournalVariable} is not set");
            var names = arguments.GetValue(models)!.Select(NameOf).Distinct().ToList();
            var oci = OciSettings.Read(HostEnvironment.OfProcess);
            var store = JournalStores.Open(location, oci);
            using var closing = store as IDisposable;
            Console.Out.WriteLine(await RunAsync(
                store, names, ObjectStores.Open(arguments.GetValue(bucket)!, oci), TimeProvider.System.GetUtcNow(), stop));
        }));
        return command;
    }

    private static ModelName NameOf(string name) => ModelName.TryParse(name, null, out var model)
        ? model
        : throw new JobException(JobExit.WrongInput, $"--model: '{name}' is not a model's name: {ModelName.Form}");

    /// <summary>Stores the copy of a day, unless there is one.</summary>
    /// <returns>What was done, for people.</returns>
    /// <exception cref="JobException">The journal can't be read.</exception>
    /// <exception cref="RegistryException">The bucket can't be used.</exception>
    internal static async Task<string> RunAsync(
        IJournalStore journal, IReadOnlyList<ModelName> models, IObjectStore bucket, DateTimeOffset now, CancellationToken stop)
    {
        try
        {
            return await ExportDestination.ToObjectAsync(
                bucket,
                KeyOf(now),
                async folder =>
                {
                    await using var file = File.Create(folder.File);
                    return await JournalCopy.WriteAsync(journal, models, file, stop);
                },
                stop,
                "events");
        }
        catch (JournalException e)
        {
            throw new JobException(JobExit.Failed, e.Message, e);
        }
    }

    /// <summary>The key of a day's copy.</summary>
    internal static ObjectKey KeyOf(DateTimeOffset day) => ObjectKey.Parse(
        string.Create(CultureInfo.InvariantCulture, $"{BackupJobSettings.Prefix}{day.UtcDateTime:yyyy-MM-dd}.jsonl"));
}
