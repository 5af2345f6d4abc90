using ModelServing.Contracts;
using ModelServing.Hosting.Memory;

namespace ModelServing.Inference.Memory;

/// <summary>
/// Divides the process's memory. What the program and its model leave of the container's limit is for the budget of bytes in flight, for
/// the runtime's calls, and a rest for connections, garbage and the allocators' rounding.
/// </summary>
internal sealed class MemoryShares(InferenceSettings settings, ByteBudget budget)
{
    private const double BudgetShare = 0.45;
    private const double RuntimeShare = 0.35;
    private const int AnswersInBudget = 4;

    /// <summary>The largest body of an answer.</summary>
    internal long AnswerBytes => settings.MaxAnswerBytes ?? Math.Min(int.MaxValue, budget.Limit / AnswersInBudget);

    /// <summary>The budget before a model is loaded.</summary>
    internal static long FirstBudget(InferenceSettings settings) =>
        settings.BudgetBytes ?? (long)(BudgetShare * ProcessMemory.RoomBeside(Environment.WorkingSet));

    /// <summary>The most that the model's calls may use.</summary>
    /// <param name="model">The size of the model, which is about to be loaded.</param>
    internal long RuntimeBytes(long model) => Math.Min(
        uint.MaxValue, settings.RuntimeBytes ?? (long)(RuntimeShare * ProcessMemory.RoomBeside(Environment.WorkingSet + model)));

    /// <summary>Sets the budget, now that the model is loaded.</summary>
    internal void Loaded()
    {
        if (settings.BudgetBytes is null)
            budget.Resize((long)(BudgetShare * ProcessMemory.RoomBeside(Environment.WorkingSet)));
    }
}
