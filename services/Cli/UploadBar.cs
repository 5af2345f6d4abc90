using ModelServing.Oci.ObjectStorage;
using ModelServing.Registry;
using Spectre.Console;

namespace ModelServing.Cli;

/// <summary>Shows how much of a model is in the bucket.</summary>
internal sealed class UploadBar : IProgress<UploadProgress>
{
    private ProgressTask? bar;
    private ObjectKey? key;

    /// <summary>Does <paramref name="body"/> with the bar before the user's eyes.</summary>
    internal async Task<T> ShowAsync<T>(Terminal terminal, ObjectKey model, long bytes, string what, Func<Task<T>> body)
    {
        T result = default!;
        await terminal.Talk.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new RemainingTimeColumn()).StartAsync(async progress =>
        {
            (key, bar) = (model, progress.AddTask(Markup.Escape(what), maxValue: bytes));
            result = await body();
        });
        return result;
    }

    /// <inheritdoc/>
    public void Report(UploadProgress value)
    {
        // The manifest, which comes last, is not worth a bar.
        if (value.Key == key)
            bar!.Value = value.Stored;
    }
}
