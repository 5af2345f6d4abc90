using System.Globalization;
using System.Text;
using ModelServing.Contracts.Reliability;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events.Log;

namespace ModelServing.OnlineStore;

/// <summary>Up to where the events are applied to a view, in a file. It may lie before that place, because events that are applied again
/// change nothing.</summary>
internal sealed class FollowerCheckpoint(string folder, ViewId view, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{view.View}-v{view.Version}"));
    private (string Fill, EventPosition Position) written;
    private long writtenAt;

    /// <summary>Finds the place for a fill; null if the file is missing, or about another fill.</summary>
    internal EventPosition? Find(string fill)
    {
        if (!File.Exists(path))
            return null;
        var text = File.ReadAllText(path).TrimEnd('\n');
        return text.StartsWith(fill + " ", StringComparison.Ordinal) ? EventPosition.Parse(text[(fill.Length + 1)..]) : null;
    }

    /// <exception cref="IOException">The disk is full, or fails.</exception>
    internal void WriteIfDue(string fill, EventPosition position)
    {
        if (written != (fill, position) && time.GetElapsedTime(writtenAt) >= Period)
            Write(fill, position);
    }

    /// <exception cref="IOException">The disk is full, or fails.</exception>
    internal void Write(string fill, EventPosition position)
    {
        PrivateFiles.CreateFolder(folder);
        AtomicFile.Write(path, Encoding.ASCII.GetBytes($"{fill} {position}\n"), PrivateFiles.OfFile);
        (written, writtenAt) = ((fill, position), time.GetTimestamp());
    }
}
