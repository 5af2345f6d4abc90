using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace ModelServing.Inference.Crashes;

/// <summary>Which versions of a pool run, or are being opened, at this moment: in a mapped file, so that it is still there when the process
/// has crashed. Noting a run takes some nanoseconds, because nothing waits for the disk.</summary>
internal sealed unsafe class RunSlots
{
    private const long Form = 0x314C4F4F50534D; // MSPOOL1
    private const int IdBytes = 64;
    private const int StoppedAt = 72;

    // Each slot has a line of the processors' caches.
    private const int FirstSlot = 128;
    private const int SlotBytes = 64;
    private const int Slots = 256;
    private const int Opening = 1 << 29;
    private const int Stuck = 1 << 30;
    private const int Length = FirstSlot + (Slots * SlotBytes);

    // Stays mapped to the end of the process: a run that can't be ended may outlive the host.
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* bytes;

    private RunSlots(string path, ReadOnlySpan<byte> id)
    {
        var content = new byte[Length];
        BinaryPrimitives.WriteInt64LittleEndian(content, Form);
        id.CopyTo(content.AsSpan(8, IdBytes));
        File.WriteAllBytes(path, content);
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, Length);
        view = file.CreateViewAccessor(0, Length);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
    }

    /// <summary>Begins a new file, in place of that of the process before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="id">What the numbers of versions mean: 64 bytes.</param>
    internal static RunSlots Create(string path, ReadOnlySpan<byte> id) => new(path, id);

    /// <summary>Reads the file of the process before: what its versions did when it ended. If it was asked to stop, only what could not be
    /// ended. Empty if the file is not about the same versions.</summary>
    internal static IReadOnlyList<RunSlot> Read(string path, ReadOnlySpan<byte> id)
    {
        if (!File.Exists(path))
            return [];
        var content = File.ReadAllBytes(path);
        if (content.Length != Length
            || BinaryPrimitives.ReadInt64LittleEndian(content) != Form
            || !content.AsSpan(8, IdBytes).SequenceEqual(id))
            return [];
        var hasStopped = content[StoppedAt] != 0;
        return
        [
            .. Enumerable.Range(0, Slots)
                .Select(slot => BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(FirstSlot + (slot * SlotBytes))))
                .Where(static slot => slot != 0)
                .Select(static slot => new RunSlot(slot & (Opening - 1), (slot & Opening) != 0, (slot & Stuck) != 0))
                .Where(slot => slot.IsStuck || !hasStopped),
        ];
    }

    /// <summary>Notes that a version runs or is being opened.</summary>
    /// <param name="version">The version's number, from 1.</param>
    /// <param name="isOpening">Whether it is being opened.</param>
    /// <returns>The slot. It is negative if all slots are taken.</returns>
    internal int Enter(int version, bool isOpening)
    {
        if (isOpening)
            version |= Opening;
        var first = Environment.CurrentManagedThreadId;
        for (var i = 0; i < Slots; i++)
        {
            var slot = (first + i) % Slots;
            if (Interlocked.CompareExchange(ref At(slot), version, 0) == 0)
                return slot;
        }

        return -1;
    }

    /// <summary>The run has ended.</summary>
    internal void Leave(int slot)
    {
        if (slot >= 0)
            Volatile.Write(ref At(slot), 0);
    }

    /// <summary>The run goes on after its time. If the process is restarted because of it, this version is the reason.</summary>
    internal void CanNotEnd(int slot)
    {
        if (slot >= 0 && Volatile.Read(ref At(slot)) is not 0 and var version)
            Volatile.Write(ref At(slot), version | Stuck);
    }

    /// <summary>The process was asked to stop, so it does not crash if it is killed now.</summary>
    internal void Stops() => Volatile.Write(ref bytes[StoppedAt], 1);

    private ref int At(int slot) => ref *(int*)(bytes + FirstSlot + (slot * SlotBytes));
}
