using System.Globalization;
using System.Text;
using ModelServing.Contracts.Reliability;
using ModelServing.Registry;

namespace ModelServing.Features.Events.Log;

/// <summary>
/// The volume of an event log: which epochs it has, and whether its end was clean. If a machine ends without warning, events that were
/// appended may be missing on the disk although states have them, and their sequences must not be used again. So the volume then begins an
/// epoch, as a new volume does.
/// </summary>
internal sealed class LogVolume
{
    private const string File = "epoch";
    private const string Clean = "clean";

    private readonly string folder;

    private LogVolume(string folder, int first, int epoch)
    {
        this.folder = folder;
        First = first;
        Epoch = epoch;
    }

    /// <summary>The first epoch of the volume. Its segments are numbered from 1.</summary>
    internal int First { get; }

    /// <summary>The epoch of the next event.</summary>
    internal int Epoch { get; }

    /// <summary>Opens a volume. A new epoch is claimed in the object store, so that no two volumes ever have the same one.</summary>
    /// <param name="store">The object store.</param>
    /// <param name="boot">Names the machine's present run.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="RegistryException">An epoch can't be claimed.</exception>
    /// <exception cref="IOException">The disk is full, or fails, or its file can't be read.</exception>
    internal static async Task<LogVolume> OpenAsync(string folder, IObjectStore store, string boot, CancellationToken cancellation)
    {
        LogVolume opened;
        var path = Path.Combine(folder, File);
        if (!System.IO.File.Exists(path))
        {
            var epoch = await ClaimAsync(store, 0, cancellation);
            opened = new LogVolume(folder, epoch, epoch);
        }
        else if ((await System.IO.File.ReadAllTextAsync(path, cancellation)).Split(' ', '\n') is [var first, var last, var end, ..]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
        {
            var isSame = end == boot || end == Clean;
            opened = new LogVolume(folder, from, isSame ? epoch : await ClaimAsync(store, epoch + 1, cancellation));
        }
        else
        {
            throw new IOException($"{path} does not name the epochs of an event log");
        }

        opened.Write(boot);
        return opened;
    }

    /// <summary>Notes that the disk has everything.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    internal void EndClean() => Write(Clean);

    private void Write(string end) => AtomicFile.Write(
        Path.Combine(folder, File),
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{First} {Epoch} {end}\n")),
        PrivateFiles.OfFile);

    private static async Task<int> ClaimAsync(IObjectStore store, int epoch, CancellationToken cancellation)
    {
        for (; ; epoch++)
        {
            var claim = Encoding.ASCII.GetBytes(Guid.NewGuid() + "\n");
            using var content = new MemoryStream(claim, writable: false);
            if (await store.PutIfAbsentAsync(SegmentKeys.Claim(epoch), content, claim.Length, cancellation))
                return epoch;
        }
    }
}
