using ModelServing.Contracts;
using ModelServing.Hosting.Memory;

namespace ModelServing.Inference.Memory;

/// <summary>
/// Divides the process's memory. What the program and its model leave of the container's limit is for the budget of bytes in flight, for
/// the runtime's calls, and a rest for connections, garbage and the allocators' rounding.
/// </summary>
/// <remarks>The shares follow from the container's limit and the size of the model, and not from what the process happens to use: two
/// versions with models of one size must refuse the same requests. A process that uses more than is expected has less, in large
/// steps.</remarks>
internal sealed class MemoryShares(InferenceSettings settings, ByteBudget budget)
{
    private const double BudgetShare = 0.45;
    private const double RuntimeShare = 0.35;
    private const int AnswersInBudget = 4;
    private const long Step = 64 * 1024 * 1024;

    // What the program uses without a model, with room to spare. With a small model, that is three steps.
    private const long Program = 176 * 1024 * 1024;

    // Of what the program leaves. The rest is for requests, as in a process of one version.
    private const double ModelsShare = 0.4;

    private long model;

    /// <summary>The most that the opened models of a pool may use together.</summary>
    internal long ModelsBytes => ModelsOf(settings);

    /// <summary>The largest body of an answer.</summary>
    internal long AnswerBytes => settings.MaxAnswerBytes ?? Math.Min(int.MaxValue, budget.Limit / AnswersInBudget);

    /// <summary>The budget before a model is loaded.</summary>
    internal static long FirstBudget(InferenceSettings settings) =>
        settings.BudgetBytes ?? (long)(BudgetShare * ProcessMemory.RoomBeside(Used(settings.Pool is null ? 0 : ModelsOf(settings))));

    /// <summary>The most that the model's calls may use.</summary>
    /// <param name="size">The size of the model, which is about to be loaded.</param>
    internal long RuntimeBytes(long size)
    {
        // All that a pool may open counts from the start on, so that requests never find less room than before.
        model = settings.Pool is null ? size : ModelsBytes;
        return Math.Min(uint.MaxValue, settings.RuntimeBytes ?? (long)(RuntimeShare * ProcessMemory.RoomBeside(Used(size))));
    }

    /// <summary>Sets the budget, now that the model is loaded.</summary>
    internal void Loaded()
    {
        if (settings.BudgetBytes is null)
            budget.Resize((long)(BudgetShare * ProcessMemory.RoomBeside(Used(model))));
    }

    private static long ModelsOf(InferenceSettings settings) =>
        settings.ModelsBytes ?? (long)(ModelsShare * ProcessMemory.RoomBeside(Program));

    private static long Used(long model) => RoundUp(Math.Max(Program + model, Environment.WorkingSet));

    private static long RoundUp(long bytes) => (bytes + Step - 1) / Step * Step;
}
