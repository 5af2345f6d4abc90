using ModelServing.Oci.ObjectStorage;
using ModelServing.Registry;
using Spectre.Console;

namespace ModelServing.Cli;

/// <summary>A progress bar for the upload of a model to a bucket.</summary>
internal sealed class UploadBar : IProgress<UploadProgress>
{
    private ProgressTask? bar;
    private ObjectKey? key;

    /// <summary>Runs <paramref name="body"/> while the bar is shown.</summary>
    internal async Task<T> ShowAsync<T>(Terminal terminal, ObjectKey model, long bytes, string label, Func<Task<T>> body)
    {
        T result = default!;
        await terminal.Messages.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                (key, bar) = (model, progress.AddTask(Markup.Escape(label), maxValue: bytes));
                result = await body();
            });
        return result;
    }

    public void Report(UploadProgress value)
    {
        // The manifest, which is uploaded last, is too small for a bar.
        if (value.Key == key)
            bar!.Value = value.Stored;
    }
}
