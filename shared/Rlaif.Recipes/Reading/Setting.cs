using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Rlaif.Recipes.Reading;

/// <summary>One property of a recipe record, as a key of the file.</summary>
internal sealed record Setting(string Key, PropertyInfo Property, bool Required, bool Nullable)
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<Setting>> Known = new();

    public Type Type => Property.PropertyType;

    public BetweenAttribute? Range { get; } = Property.GetCustomAttribute<BetweenAttribute>();

    public IReadOnlyList<string>? Words { get; } = Property.GetCustomAttribute<OneOfAttribute>()?.Words;

    public bool IsPath { get; } = Property.IsDefined(typeof(FilePathAttribute));

    /// <summary>The settings of a record, those of the record that it extends included.</summary>
    public static IReadOnlyList<Setting> Of(Type record) => Known.GetOrAdd(record, Reflect);

    private static IReadOnlyList<Setting> Reflect(Type record)
    {
        var nullability = new NullabilityInfoContext();
        return [.. record.GetProperties().Where(p => p.CanWrite).Select(p => new Setting(
            JsonNamingPolicy.CamelCase.ConvertName(p.Name),
            p,
            p.IsDefined(typeof(RequiredMemberAttribute)),
            nullability.Create(p).WriteState == NullabilityState.Nullable))];
    }

    /// <summary>What may stand here, as it follows "it must be".</summary>
    public string Allowed => (Type, Range, Words) switch
    {
        (_, { } range, _) => $"{Written.Number(range.Low)} to {Written.Number(range.High)}" + (range.Usual is { } usual ? $", usually {usual}" : ""),
        (_, _, { } words) => Written.Either(words),
        _ when Type == typeof(bool) => "true or false",
        _ when Type == typeof(int) => "a whole number",
        _ when Type == typeof(double) => "a number",
        _ when IsPath => "a path",
        _ when Type == typeof(string) => "a text",
        _ => "a group of settings",
    };
}
